package pubsub

import (
	"strconv"
	"strings"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// numbered is a message with its place in its topic.
type numbered[T any] struct {
	*tornado.Message[T]
	number uint64 // see Backend
	order  uint64 // in which the process has got it
}

// history keeps the latest messages of a topic.
type history[T any] struct {
	limit int           // immutable
	kept  []numbered[T] // a ring once it is full
	first int           // in kept: the oldest
}

func (h *history[T]) add(m numbered[T]) {
	switch {
	case h.limit == 0:
	case len(h.kept) < h.limit:
		h.kept = append(h.kept, m)
	default:
		h.kept[h.first] = m
		h.first = (h.first + 1) % h.limit
	}
}

// after returns the messages behind the one that is named, and whether others, which came before them, are not kept any more. last is
// the number of the latest message there was.
func (h *history[T]) after(number, last uint64) (missed []numbered[T], gap bool) {
	for i := range h.kept {
		if m := h.kept[(h.first+i)%len(h.kept)]; m.number > number {
			missed = append(missed, m)
		}
	}
	return missed, last > number && uint64(len(missed)) < last-number
}

// The name of a message is its number, behind the name of the process that counts where the topic has no backend: a client that comes
// back after a restart must not be taken for one that has seen what it has not.

func messageID(origin string, number uint64) string {
	if number == 0 {
		return ""
	}
	id := strconv.FormatUint(number, 10)
	if origin != "" {
		id = origin + "-" + id
	}
	return id
}

// numberOf is the number in an ID, and whether it is one of origin. An ID of another origin stands for the beginning.
func numberOf(origin, id string) (number uint64, known bool) {
	if origin != "" {
		rest, ok := strings.CutPrefix(id, origin+"-")
		if !ok {
			return 0, false
		}
		id = rest
	}
	number, err := strconv.ParseUint(id, 10, 64)
	return number, err == nil
}
