"""The API as a Lambda function. With EARSHOT_MODEL set it is the speech one, else the light one."""

import gc

gc.disable()  # what is imported stays: looking through it for garbage is a tenth of the start

from mangum import Mangum

from api import services
from api.app import create_app

settings = services.settings()
app = create_app(hands_on=bool(settings.speech_function), private=settings.reading != "public")

# While Lambda starts a function it lends it a whole processor: the model is loaded now.
if settings.model:
    from api import recogniser
    from earshot.audio import sandbox

    sandbox.start()  # forked while this process is small
    recogniser.recogniser()

handler = Mangum(app, lifespan="off")
gc.freeze()  # nor is it looked through later
gc.enable()
