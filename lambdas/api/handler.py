"""The API as a Lambda function. With EARSHOT_MODEL set it is the speech one, else the light one."""

from mangum import Mangum

from api import recogniser, services
from api.app import create_app

settings = services.settings()
app = create_app(hands_on=bool(settings.speech_function), private=settings.reading != "public")

# While Lambda starts a function it lends it a whole processor: the dear parts are made now.
if settings.model:
    from earshot.audio import sandbox

    sandbox.start()  # forked while this process is small
    recogniser.recogniser()
else:
    services.warm()

handler = Mangum(app, lifespan="off")
