"""Words that tell a harm to people, and what an article is mostly about."""

from collections.abc import Mapping

from pipeline.coder.reading import Reading
from pipeline.records import ClaimKind

#: Words that tell a harm, by kind; a line is one word in its forms.
_HARMS: Mapping[ClaimKind, str] = {
    "deaths": """
kill killed kills killing killings
die died dies dying
dead
death deaths
slay slain slew
murder murdered murders murdering
execute executed executes executing
fatally fatal
fatality fatalities
perish perished
slaughter slaughtered slaughtering
massacre massacred massacres massacring
lynch lynched
assassinate assassinated assassinating assassination
behead beheaded
body bodies corpse corpses
toll
homicide homicides
casualty casualties
life lives
claim claimed
lost
safe unharmed
""",
    "injured": """
injure injured injures injuring
wound wounded wounds wounding
hurt hurting
injury injuries
casualty casualties
hospitalise hospitalised hospitalized
maim maimed maiming
shoot shot shooting
stab stabbed stabbing
critical
treat treated treating
uninjured unhurt unharmed safe
harm harmed
burn burned burnt
bruise bruised
beat beaten
""",
    "missing": """
missing
disappear disappeared
unaccounted
""",
    "detained": """
arrest arrested arrests arresting
detain detained detains detaining
detention
capture captured captures capturing
jail jailed jailing
hold held holding
custody
kidnap kidnapped kidnaps kidnapping
abduct abducted abducts abducting abduction
seize seized
hostage hostages captive captives
prisoner prisoners
imprison imprisoned
round rounded
apprehend apprehended
net netted
bail
remand remanded
release released releases freed free
sentence sentenced
""",
    "displaced": """
displace displaced displaces displacing
displacement
flee fled fleeing flees
evacuate evacuated evacuating evacuation
homeless
uproot uprooted
expel expelled
leave left leaving
refugee refugees
arrive arrived
passage exit
homes
enter entered
migrant migrants
""",
}
Harm = tuple[ClaimKind, str]
HARM: Mapping[str, tuple[Harm, ...]] = {
    form: tuple(
        (kind, line.split()[0])
        for kind, lines in _HARMS.items()
        for line in lines.strip().splitlines()
        if form in line.split()
    )
    for lines_ in _HARMS.values()
    for form in lines_.split()
}


_TOPICS: Mapping[str, frozenset[str]] = {
    "violence": frozenset(
        [
            "attack", "attacks", "attacked", "bomb", "bombs", "bombing", "bombings", "blast", "explosion", "gunmen",
            "gunman", "shooting", "shot", "militants", "troops", "soldiers", "terrorist", "terrorists", "terrorism",
            "killing", "killed", "airstrike", "airstrikes", "strikes", "rebels", "fighters", "insurgents",
            "clashes", "fighting", "shelling", "stabbed", "murder", "assault", "raid",
        ]
    ),
    "disaster": frozenset(
        [
            "earthquake", "quake", "flood", "floods", "storm", "cyclone", "hurricane", "typhoon", "landslide",
            "tsunami", "wildfire", "crane", "crash", "crashes", "crashed", "plane", "jet", "airliner", "derailed",
            "capsized", "virus", "outbreak", "epidemic", "pandemic", "cholera", "ebola", "covid", "covid-19",
            "collapse", "collapsed", "rescuers", "magnitude",
        ]
    ),
    "justice": frozenset(
        [
            "arrested", "arrest", "detained", "police", "court", "custody", "charges", "charged", "judge",
            "prosecutors", "sentenced", "jail", "prison",
        ]
    ),
    "leisure": frozenset(
        [
            "match", "goal", "goals", "season", "league", "coach", "players", "team", "cup", "championship", "film",
            "album", "movie", "shares", "revenue", "profit", "investors", "market", "quarter",
        ]
    ),
}  # fmt: skip
_ENOUGH = 3


def article_features(reading: Reading) -> tuple[str, ...]:
    """Return how much of an article's vocabulary is of violence, disaster, justice and leisure: none, some, much."""
    words = [token.lower_ for sentence in reading.sentences for token in sentence.doc]
    return tuple(f"{topic}={_amount(sum(word in known for word in words))}" for topic, known in _TOPICS.items())


def _amount(number: int) -> str:
    return "none" if number == 0 else "some" if number < _ENOUGH else "much"
