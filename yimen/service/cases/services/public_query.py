"""The public query (R074): whoever has the number and the last four of the document sees how far it is.

The verification code printed on each letter stands for the number: nobody can guess it, so it opens no more than the number
does. The short number said over the telephone does not: several cases of a day bear the same one.

A wrong number and a wrong tail get the same answer, and guessing is slowed down for each address and for each number,
through whichever door it comes.
"""

from __future__ import annotations

from yimen.ground.documents.selectors import letter_by_code
from yimen.ground.kit import ratelimit
from yimen.service.cases import selectors
from yimen.service.cases.models import Case

TRIES, PER_SECOND = 20, 1 / 30
TRIES_OF_A_NUMBER, PER_SECOND_OF_A_NUMBER = 8, 1 / 300


def look_up(*, code: str, tail: str, address: str) -> Case:
    """The case with this number, or with a letter of this verification code, whose applicant's document ends so.

    Raises `NotFound` or `TooFast`.

    Each try counts before it is answered, for the address and for the number as it is stored, so that neither a second
    door nor another way of writing the number, a letter's code included, brings more tries. Call it outside a transaction.
    """
    code = code.strip().upper()[:60]
    ratelimit.limit(f"track:{address}", capacity=TRIES, per_second=PER_SECOND)
    letter = letter_by_code(code)
    code = letter.matter_code if letter and letter.matter_code else code
    ratelimit.limit(f"track-code:{code}", capacity=TRIES_OF_A_NUMBER, per_second=PER_SECOND_OF_A_NUMBER)
    return selectors.public_query(code, tail)
