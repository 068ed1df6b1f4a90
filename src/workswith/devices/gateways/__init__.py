"""Real gateways: they speak MQTT 5 over TLS to a broker, and we to them through it. [DEV-5]

The protocol stands in ``docs/gateways.md`` to the byte, and here in `protocol`. `hub` is the cloud's
end of it: a work of the process and a `devices.link.DeviceLink`. `simulated` and `buffer` are the
gateway's end. The broker itself is reached by `adapters.mqtt`.
"""
