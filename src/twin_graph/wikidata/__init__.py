"""Wikidata over the wire: a polite client for its query services, an archive of what they answered, and its meaning.

model       the values that go from here to enrichment and comparison
questions   the slots of the queries `wikidata_*.rq`, filled with checked values
endpoints   the query services, by name
contact     how we introduce ourselves
portions    how many ids are asked about at once, what that costs, and the key of an answer
planning    what a run has to ask
client      asks, and records what is answered
runs        how a run is made and how it ended
pacing      clock, budget and patience
waiting     what an endpoint told us to wait for, from run to run
transport   one exchange, under SPARQLWrapper
judging     what an exchange is
results     rows of an answer
subjects    whom an answer speaks of
archive     files: records and reads answers
stored      answers whose rows stay on the disk
refreshing  what a new archive takes over from an older one
replaying   an archive in place of a service, with no connection possible
checking    verify, compare and prune archives
statements  from answers to what they say: statements with ranks, dates and references
identity    what they say of each item, and whether it is complete
dates       times with their precision and calendar
references  how strong a reference is
terms       the names of Wikibase's RDF
"""
