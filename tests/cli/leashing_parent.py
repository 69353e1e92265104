"""A stand-in for `up`: starts the child whose programme and folder are its arguments, and sleeps."""

import sys
import time

from app.cli.leash import Leash

leash = Leash()
leash.start([sys.executable, *sys.argv[1:]], {})
time.sleep(60)
