"""A program built on the library ``homepluscontrol``: obeys lines on stdin, answers lines on stdout.

Each line in is a JSON list, a command and its arguments; each line out is its result, or
``{"error": …}`` with the exception's type and text. The library is used as its documentation says: a
class of the program's own hands it access tokens, which the library's own OAuth class gets and renews.
"""

import asyncio
import json
import sys

from aiohttp import ClientSession
from homepluscontrol.authentication import HomePlusOAuth2Async
from homepluscontrol.homeplusapi import HomePlusControlAPI


class Home(HomePlusControlAPI):
    def __init__(self, login, **options):
        super().__init__(**options)
        self._login = login

    async def async_get_access_token(self):
        await self._login.async_get_access_token()
        return self._login.token["access_token"]


async def main(client_id, client_secret, subscription_key, redirect_uri):
    async with ClientSession(trust_env=True) as session:
        login = HomePlusOAuth2Async(
            client_id,
            client_secret,
            subscription_key,
            redirect_uri=redirect_uri,
            oauth_client=session,
        )
        home = Home(
            login,
            subscription_key=subscription_key,
            oauth_client=session,
            update_intervals={
                "plant_update_interval": 7200,
                "plant_topology_update_interval": 3600,
                "module_status_update_interval": 300,
            },
        )

        async def begin():
            return login.generate_authorize_url()

        async def arrive(url):
            return sorted(await login.async_fetch_initial_token(url))

        async def modules():
            found = await home.async_get_modules()
            return {
                each.id: {
                    "name": each.name,
                    "device": each.device,
                    "reachable": each.reachable,
                    **{
                        n: getattr(each, n)
                        for n in ("status", "level", "battery")
                        if hasattr(each, n)
                    },
                }
                for each in found.values()
            }

        async def tell(module_id, command, *arguments):
            module = home._modules[module_id]
            await getattr(module, command)(*arguments)
            return getattr(module, "status", getattr(module, "level", None))

        async def token():
            return login.token

        commands = {each.__name__: each for each in (begin, arrive, modules, tell, token)}
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        while line := await lines.readline():
            name, *arguments = json.loads(line)
            try:
                result = await commands[name](*arguments)
            except Exception as error:
                result = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(result), flush=True)


asyncio.run(main(*sys.argv[1:]))
