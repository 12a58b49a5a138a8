"""What we know: the state document, the journal of the run at work, and the lock.

Meaning (model, events, reducer), formats (codec, journal_codec), what a run does with them
(loading, session, recover) and where they are kept (stores) are separate modules.
"""
