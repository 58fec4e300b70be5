"""The chat part of the fake Groq API: strict structured outputs, by the parameter types of Groq's own SDK."""

import json
import re
import typing
from dataclasses import dataclass
from typing import Any

from groq.types.chat.completion_create_params import CompletionCreateParams

STRICT_MODELS = {"openai/gpt-oss-20b", "openai/gpt-oss-120b"}
_ALLOWED = typing.get_type_hints(CompletionCreateParams)


@dataclass
class ChatCall:
    """One accepted request: its parameters, and its messages by role."""

    parameters: dict[str, Any]

    @property
    def system(self) -> str:
        return self._content_of("system")

    @property
    def user(self) -> Any:
        """The user's message, which is JSON."""
        return json.loads(self._content_of("user"))

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self.parameters["response_format"]["json_schema"]["schema"]
        return found

    def _content_of(self, role: str) -> str:
        return "".join(each["content"] for each in self.parameters["messages"] if each["role"] == role)


def check_chat_request(body: bytes) -> ChatCall:
    """Raises ValueError for what Groq refuses."""
    parameters = json.loads(body)
    for name in parameters:
        if name not in _ALLOWED:
            raise ValueError(f"property '{name}' is unsupported")
    for message in parameters["messages"]:
        if set(message) != {"role", "content"} or message["role"] not in {"system", "user", "assistant"}:
            raise ValueError("'messages' : property is unsupported")
    _check_format(parameters["model"], parameters["response_format"])
    return ChatCall(parameters)


def _check_format(model: str, response_format: dict[str, Any]) -> None:
    if model not in STRICT_MODELS:
        raise ValueError("This model does not support response format `json_schema`")
    if response_format["type"] != "json_schema":
        raise ValueError("'response_format.type' : value is not one of the allowed values")
    described = response_format["json_schema"]
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", described["name"]) or described["strict"] is not True:
        raise ValueError("'response_format.json_schema.name'")
    _check_schema(described["schema"])


def _check_schema(schema: Any) -> None:
    """In strict mode objects have no further properties, and require all of theirs."""
    if isinstance(schema, dict) and schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise ValueError("`additionalProperties:false` must be set on every object")
        if set(schema.get("required", ())) != set(schema["properties"]):
            raise ValueError("`required` is required to be supplied and to be an array including every key")
    if isinstance(schema, dict):
        for value in schema.values():
            _check_schema(value)
    if isinstance(schema, list):
        for value in schema:
            _check_schema(value)


def build_completion(call: ChatCall, answer: object) -> dict[str, Any]:
    """A `chat.completion` with an answer: text as it is, anything else as JSON."""
    content = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1764000000,
        "model": call.parameters["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 150,
            "queue_time": 0.01,
            "prompt_time": 0.01,
            "completion_time": 0.1,
            "total_time": 0.12,
        },
        "usage_breakdown": None,
        "system_fingerprint": "fp_test",
        "x_groq": {"id": "req_test"},
        "service_tier": "on_demand",
    }
