// Package queue holds the messages that wait for a peer: bounded in number and in bytes, with a policy for what comes when it is
// full. So memory does not grow with a peer that is slow. It performs no I/O and knows no goroutine: whoever owns a Queue locks it,
// and waits where its policy says so.
package queue

import "sync/atomic"

// Policy says what becomes of a message for which there is no room.
type Policy uint8

// The policies.
const (
	Block      Policy = iota // who sends waits until there is room
	DropOldest               // messages that have waited longest make room
	DropNewest               // the message is dropped
	Close                    // the peer is given up
)

var policyNames = [...]string{"block", "drop-oldest", "drop-newest", "close"}

// String is the name of the policy, as documents have it.
func (p Policy) String() string { return policyNames[p] }

// ParsePolicy returns the policy of a name.
func ParsePolicy(name string) (Policy, bool) {
	for i, s := range policyNames {
		if s == name {
			return Policy(i), true
		}
	}
	return 0, false
}

// What applies where Limits say nothing.
const (
	DefaultMessages = 64
	DefaultBytes    = 1 << 20
)

// Limits bound a Queue. A single message that is larger than Bytes is let in where nothing else waits: else it could never be sent.
type Limits struct {
	Messages int // 0: DefaultMessages
	Bytes    int // 0: DefaultBytes
	Policy   Policy
	Meter    *Meter // what is counted in; nil: nothing. Only of an empty queue may it be changed
	Loop     *Meter // likewise: the one of the loop that the peer is on, which knows of what waits alone
}

// Meter counts what waits in many queues, and what has become of it. Any goroutine; nil counts nothing.
type Meter struct {
	messages, bytes atomic.Int64
	dropped, slow   atomic.Uint64
}

// Waiting is how many messages wait, and how many bytes of them.
func (m *Meter) Waiting() (messages, bytes int) { return int(m.messages.Load()), int(m.bytes.Load()) }

// Dropped is how many messages the policies have dropped.
func (m *Meter) Dropped() uint64 { return m.dropped.Load() }

// Slow is how many peers were given up.
func (m *Meter) Slow() uint64 { return m.slow.Load() }

// GaveUp counts a peer that is given up because it is slow: where Push says Overflow, or Full to who cannot wait.
func (m *Meter) GaveUp() {
	if m != nil {
		m.slow.Add(1)
	}
}

func (m *Meter) add(messages, bytes int) {
	if m != nil {
		m.messages.Add(int64(messages))
		m.bytes.Add(int64(bytes))
	}
}

func (m *Meter) drop() {
	if m != nil {
		m.dropped.Add(1)
	}
}

// Outcome says what Push has done.
type Outcome uint8

// The outcomes.
const (
	Queued   Outcome = iota // it waits now; with DropOldest others may have made room, see Queue.Dropped
	Full                    // there is no room: wait, and try again
	Dropped                 // the message was dropped
	Overflow                // there is no room, and the peer is to be given up
)

// Queue is what waits for one peer, in order. Its zero value is empty, with the limits that apply by default. An empty one holds no
// memory but its own, which is little: most are empty.
type Queue struct {
	limits  Limits
	dropped uint64
	ring    *ring // nil while the queue is empty
}

// ring is what waits.
type ring struct {
	slots [][]byte // of a length that is a power of two
	first int
	n     int
	bytes int
}

// firstRing is how many messages the first ring has room for.
const firstRing = 4

// SetLimits bounds the queue from now on. What waits already stays.
func (q *Queue) SetLimits(l Limits) { q.limits = l }

// Limits are the bounds, with the defaults filled in.
func (q *Queue) Limits() Limits {
	l := q.limits
	if l.Messages <= 0 {
		l.Messages = DefaultMessages
	}
	if l.Bytes <= 0 {
		l.Bytes = DefaultBytes
	}
	return l
}

// Len is how many messages wait.
func (q *Queue) Len() int {
	if q.ring == nil {
		return 0
	}
	return q.ring.n
}

// Bytes is how many bytes wait.
func (q *Queue) Bytes() int {
	if q.ring == nil {
		return 0
	}
	return q.ring.bytes
}

// Dropped is how many messages were dropped so far.
func (q *Queue) Dropped() uint64 { return q.dropped }

// Push adds m, which the queue keeps and does not change: it may wait in many queues.
func (q *Queue) Push(m []byte) Outcome {
	l := q.Limits()
	if !q.fits(len(m), l) {
		switch l.Policy {
		case Block:
			return Full
		case DropNewest:
			q.dropped++
			l.Meter.drop()
			return Dropped
		case Close:
			return Overflow
		case DropOldest:
			for !q.fits(len(m), l) {
				q.Pop()
				q.dropped++
				l.Meter.drop()
			}
		}
	}
	if q.ring == nil {
		q.ring = new(ring)
	}
	q.ring.push(m)
	l.Meter.add(1, len(m))
	l.Loop.add(1, len(m))
	return Queued
}

// fits reports whether there is room for a message of size bytes.
func (q *Queue) fits(size int, l Limits) bool {
	return q.ring == nil || q.ring.n < l.Messages && q.ring.bytes+size <= l.Bytes
}

// push adds m.
func (r *ring) push(m []byte) {
	if r.n == len(r.slots) {
		slots := make([][]byte, max(2*len(r.slots), firstRing))
		for i := range r.n {
			slots[i] = r.at(i)
		}
		r.slots, r.first = slots, 0
	}
	r.slots[(r.first+r.n)&(len(r.slots)-1)] = m
	r.n++
	r.bytes += len(m)
}

func (r *ring) at(i int) []byte { return r.slots[(r.first+i)&(len(r.slots)-1)] }

// At is the i-th message that waits, 0 <= i < Len; 0 is the next one.
func (q *Queue) At(i int) []byte { return q.ring.at(i) }

// Pop takes the next message out. There must be one.
func (q *Queue) Pop() []byte {
	r := q.ring
	m := r.slots[r.first]
	r.slots[r.first] = nil
	r.first = (r.first + 1) & (len(r.slots) - 1)
	r.n--
	r.bytes -= len(m)
	q.limits.Meter.add(-1, -len(m))
	q.limits.Loop.add(-1, -len(m))
	if r.n == 0 {
		q.ring = nil
	}
	return m
}

// Clear drops all that waits.
func (q *Queue) Clear() {
	q.limits.Meter.add(-q.Len(), -q.Bytes())
	q.limits.Loop.add(-q.Len(), -q.Bytes())
	q.ring = nil
}
