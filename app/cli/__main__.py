"""`python -m app.cli` is `courtside`: how `up` starts its own children."""

from app.cli import main

if __name__ == "__main__":
    main()
