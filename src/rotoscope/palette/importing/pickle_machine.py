"""Python pickles read by a machine of our own, which can build plain containers and tensors alone.

A pickle is a program for a stack machine, and Python's machine can call whatever it finds. This one knows
the few opcodes that a state dict needs, and hands every name that a pickle mentions to an allow list; it
imports nothing and calls nothing that the pickle names. The opcodes are those of Python's pickletools.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, cast

from rotoscope.palette.importing.faults import Hostile, Malformed

MOST_OPERATIONS: Final = 500_000
"""A state dict takes some thirty opcodes a tensor."""
_LONGEST_NAME = 4096
_MARK: Final = object()


class Builders(Protocol):
    """What a pickle may build beside lists, tuples and dicts."""

    def symbol(self, module: str, name: str) -> object:
        """What stands for a name. Raises Hostile for all that are not allowed."""
        ...

    def call(self, symbol: object, arguments: tuple[Any, ...]) -> object:
        """What a symbol makes of arguments. Raises Malformed or Hostile for all but tensors and dicts."""
        ...

    def persistent(self, identity: object) -> object:
        """What an identity of outside data stands for. Raises Malformed or Hostile."""
        ...


class PickleMachine:
    """Runs one pickle."""

    def __init__(self, data: bytes, *, position: int, builders: Builders) -> None:
        """Stand before a pickle.

        Args:
            data: the file.
            position: where in it the pickle begins.
            builders: what it may build.
        """
        self.position = position
        """Where the next byte is read; after :meth:`run`, the byte after the pickle."""
        self._data = data
        self._builders = builders
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def run(self) -> Any:  # noqa: ANN401 - whatever the file holds
        """The object that the pickle builds.

        Raises:
            Malformed: no pickle, or one that breaks its own rules.
            Hostile: it asks for anything but plain containers and tensors.
        """
        for _ in range(MOST_OPERATIONS):
            code = self._take(1)[0]
            if code == ord("."):
                return self._pop()
            operation = _OPERATIONS.get(code)
            if operation is None:
                raise Hostile(f"the pickle opcode {chr(code)!r} (0x{code:02x}), which no state dict needs")
            operation(self)
        raise Hostile(f"a pickle of more than {MOST_OPERATIONS} operations")

    # Reading

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._data):
            raise Malformed("a pickle that is cut short")
        taken = self._data[self.position : end]
        self.position = end
        return taken

    def _number(self, layout: str) -> Any:  # noqa: ANN401 - int or float, by the layout
        return struct.unpack(layout, self._take(struct.calcsize(layout)))[0]

    def _line(self) -> str:
        end = self._data.find(b"\n", self.position, self.position + _LONGEST_NAME)
        if end < 0:
            raise Malformed("a name that does not end")
        line = self._take(end - self.position)
        self._take(1)
        return _decode(line)

    # The stack

    def _pop(self) -> Any:  # noqa: ANN401
        if not self._stack or self._stack[-1] is _MARK:
            raise Malformed("a pickle that takes more than it put down")
        return self._stack.pop()

    def _pop_many(self, count: int) -> tuple[Any, ...]:
        return tuple(reversed([self._pop() for _ in range(count)]))

    def _pop_to_mark(self) -> list[Any]:
        items: list[Any] = []
        while self._stack:
            item = self._stack.pop()
            if item is _MARK:
                return items[::-1]
            items.append(item)
        raise Malformed("a pickle without the mark it goes back to")

    def push(self, value: object) -> None:
        """Put a value on the stack."""
        self._stack.append(value)

    # Opcodes of more than one line

    def do_proto(self) -> None:
        """PROTO: the version of the opcodes that follow."""
        version = self._take(1)[0]
        if version > 5:
            raise Malformed(f"a pickle of protocol {version}; up to 5 are read")

    def do_long(self) -> None:
        """LONG1: an integer of up to 255 bytes."""
        self.push(int.from_bytes(self._take(self._take(1)[0]), "little", signed=True))

    def do_text(self, layout: str) -> None:
        """BINUNICODE, BINSTRING and their short forms: Python 2 wrote names as plain strings."""
        length = int(self._number(layout))
        if not 0 <= length <= _LONGEST_NAME:
            raise Hostile(f"a text of {length} bytes; at most {_LONGEST_NAME} are read")
        self.push(_decode(self._take(length)))

    def do_bytes(self) -> None:
        """SHORT_BINBYTES."""
        self.push(self._take(self._take(1)[0]))

    def do_put(self, number: int) -> None:
        """BINPUT, LONG_BINPUT, MEMOIZE: remember what is on top."""
        value = self._pop()
        self._memo[number] = value
        self.push(value)

    def do_memoize(self) -> None:
        """MEMOIZE: remember under the next number."""
        self.do_put(len(self._memo))

    def do_get(self, number: int) -> None:
        """BINGET, LONG_BINGET: what was remembered."""
        if number not in self._memo:
            raise Malformed("a pickle that asks for what it did not remember")
        self.push(self._memo[number])

    def do_global(self) -> None:
        """GLOBAL: a name in a module."""
        module, name = self._line(), self._line()
        self.push(self._builders.symbol(module, name))

    def do_stack_global(self) -> None:
        """STACK_GLOBAL: the same, from the stack."""
        module, name = self._pop_many(2)
        if not isinstance(module, str) or not isinstance(name, str):
            raise Malformed("a global without a name")
        self.push(self._builders.symbol(module, name))

    def do_reduce(self) -> None:
        """REDUCE: call a symbol."""
        symbol, arguments = self._pop_many(2)
        if not isinstance(arguments, tuple):
            raise Malformed("a call whose arguments are no tuple")
        self.push(self._builders.call(symbol, cast("tuple[Any, ...]", arguments)))

    def do_build(self) -> None:
        """BUILD: attributes of an object. Dicts of state dicts carry some (``_metadata``): left out."""
        target, _ = self._pop_many(2)
        if not isinstance(target, dict):
            raise Hostile(f"attributes for a {type(target).__name__}")
        self.push(cast("object", target))

    def do_persistent(self) -> None:
        """BINPERSID: data outside of the pickle."""
        self.push(self._builders.persistent(self._pop()))

    def do_append(self, items: list[Any]) -> None:
        """APPEND, APPENDS."""
        target = self._pop()
        if not isinstance(target, list):
            raise Malformed("items for what is no list")
        cast("list[Any]", target).extend(items)
        self.push(cast("object", target))

    def do_set(self, items: list[Any]) -> None:
        """SETITEM, SETITEMS."""
        target = self._pop()
        if not isinstance(target, dict):
            raise Malformed("keys for what is no dict")
        put_items(cast("dict[Any, Any]", target), items[::2], items[1::2])
        self.push(cast("object", target))

    def do_dict(self) -> None:
        """DICT: a dict of what lies above the mark."""
        items = self._pop_to_mark()
        made: dict[Any, Any] = {}
        put_items(made, items[::2], items[1::2])
        self.push(made)

    # Opcodes that the table below spells

    def do_tuple(self, count: int | None) -> None:
        """TUPLE, TUPLE1 to TUPLE3."""
        self.push(tuple(self._pop_to_mark()) if count is None else self._pop_many(count))

    def do_list(self) -> None:
        """LIST: a list of what lies above the mark."""
        self.push(self._pop_to_mark())

    def do_pop(self) -> None:
        """POP: forget what is on top."""
        if not self._stack:
            raise Malformed("a pickle that takes more than it put down")
        self._stack.pop()

    def do_pop_mark(self) -> None:
        """POP_MARK: forget what lies above the mark."""
        self._pop_to_mark()

    def number(self, layout: str) -> Any:  # noqa: ANN401
        """An operand."""
        return self._number(layout)

    def items(self, count: int | None) -> list[Any]:
        """What lies above the mark, or the topmost values."""
        return self._pop_to_mark() if count is None else list(self._pop_many(count))


def put_items(target: dict[Any, Any], keys: list[Any], values: list[Any]) -> None:
    """Fill a dict, whose keys are texts and integers alone: hashes of nested tuples can take for ever.

    Raises:
        Malformed: a key without a value.
        Hostile: a key of another type.
    """
    if len(keys) != len(values):
        raise Malformed("a key without a value")
    for key, value in zip(keys, values, strict=True):
        if not isinstance(key, str | int):
            raise Hostile(f"a {type(key).__name__} as the key of a dict")
        target[key] = value


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a text that is no UTF-8") from error


_OPERATIONS: Mapping[int, Callable[[PickleMachine], None]] = {
    0x80: PickleMachine.do_proto,
    0x95: lambda m: m.number("<Q"),  # FRAME: only how much may be read at once
    ord("("): lambda m: m.push(_MARK),
    ord("0"): PickleMachine.do_pop,
    ord("1"): PickleMachine.do_pop_mark,
    ord("N"): lambda m: m.push(None),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    ord("J"): lambda m: m.push(m.number("<i")),
    ord("K"): lambda m: m.push(m.number("<B")),
    ord("M"): lambda m: m.push(m.number("<H")),
    ord("G"): lambda m: m.push(m.number(">d")),
    0x8A: PickleMachine.do_long,
    ord("X"): lambda m: m.do_text("<I"),
    0x8C: lambda m: m.do_text("<B"),
    ord("T"): lambda m: m.do_text("<i"),
    ord("U"): lambda m: m.do_text("<B"),
    ord("C"): PickleMachine.do_bytes,
    ord("}"): lambda m: m.push({}),
    ord("]"): lambda m: m.push([]),
    ord(")"): lambda m: m.push(()),
    ord("d"): PickleMachine.do_dict,
    ord("l"): PickleMachine.do_list,
    ord("t"): lambda m: m.do_tuple(None),
    0x85: lambda m: m.do_tuple(1),
    0x86: lambda m: m.do_tuple(2),
    0x87: lambda m: m.do_tuple(3),
    ord("a"): lambda m: m.do_append(m.items(1)),
    ord("e"): lambda m: m.do_append(m.items(None)),
    ord("s"): lambda m: m.do_set(m.items(2)),
    ord("u"): lambda m: m.do_set(m.items(None)),
    ord("q"): lambda m: m.do_put(m.number("<B")),
    ord("r"): lambda m: m.do_put(m.number("<I")),
    0x94: PickleMachine.do_memoize,
    ord("h"): lambda m: m.do_get(m.number("<B")),
    ord("j"): lambda m: m.do_get(m.number("<I")),
    ord("c"): PickleMachine.do_global,
    0x93: PickleMachine.do_stack_global,
    ord("R"): PickleMachine.do_reduce,
    ord("b"): PickleMachine.do_build,
    ord("Q"): PickleMachine.do_persistent,
}
