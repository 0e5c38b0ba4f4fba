"""The community of the story, without its assessment being made anew."""

import shutil
from pathlib import Path

from holdfast.settings import settings_from
from holdfast.workflows.analysis.simulate import simulate, world_file
from holdfast.workflows.demo.community import SEED, WORLD, Community, community_of

DATA = Path(__file__).parent / "data" / "office_story" / "assessment"


def story_community(folder: Path) -> Community:
    """The lake and the answer key, simulated again, beside the findings that were made of them."""
    simulate(world_file(WORLD), folder, seed=SEED, settings=settings_from())
    shutil.copytree(DATA, folder / "assessment")
    return community_of(folder, settings_from())
