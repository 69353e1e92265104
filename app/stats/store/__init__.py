"""All SQL of the league: its rows go in by COPY and come out as the frozen values of app/stats/views.py.

A function that answers for parents takes all of them at once and asks once, however many they are.
"""
