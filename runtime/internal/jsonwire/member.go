package jsonwire

import (
	"bytes"
	"unsafe" // see word.go: the length that is left is compared before each word

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// guesses is how many keys are tried one after the other before a member is looked for by its name: optional members are often
// left out.
const guesses = 3

// guess reads the member name at i, the colon and the space behind it, if it is one of those that are likely: the key of that number
// and the next ones. It returns the number of the key, or UnknownKey, where nothing is read; so it does where the member is to be
// passed over.
func (d *Decoder) guess(k *Keys, likely, i int) int {
	data, base, left := d.data, unsafe.SliceData(d.data), len(d.data)-i
	var head uint64 // the next eight bytes, zero behind the end
	switch {
	case left >= 8:
		head = word(base, i)
	case len(data) >= 8:
		head = word(base, len(data)-8) >> (64 - 8*left)
	default:
		return UnknownKey
	}
guesses:
	for n := likely; uint(n) < uint(len(k.quoted)) && n < likely+guesses; n++ {
		q := &k.quoted[n]
		size := len(q.text)
		if head&q.mask != q.head || size >= left {
			continue
		}
		if size > 8 { // the last eight bytes, and those between, which may overlap with them
			name := unsafe.StringData(q.text)
			if word(base, i+size-8) != word(name, size-8) {
				continue
			}
			for at := 8; at < size-8; at += 8 {
				if word(base, i+at) != word(name, at) {
					continue guesses
				}
			}
		}
		if k.readOnly != nil && d.Request && k.isReadOnly(n) {
			break
		}
		end := i + size
		d.key, d.keyEnd = i+1, end-len(`":`)
		if data[end] == ' ' {
			end++
		}
		if end < len(data) && data[end] <= ' ' {
			end = skipLines(data, end)
		}
		d.pos = end
		return n
	}
	return UnknownKey
}

// search is guess for any key. Members that are passed over it consumes, and it returns EndObject where no other comes behind them.
func (d *Decoder) search(k *Keys, likely, i int) int {
	for d.name(i) {
		n := d.lookup(k)
		if n == UnknownKey && k.unknown == unknownGiven || n != UnknownKey && (!d.Request || !k.isReadOnly(n)) {
			return n
		}
		if i = d.pass(k, n); i < 0 {
			break
		}
		if n != UnknownKey {
			likely = n + 1
		}
		if n = d.guess(k, likely, i); n != UnknownKey {
			return n
		}
	}
	return EndObject
}

// pass consumes the value of a member that a caller does not get: one that is not among the keys, or one that is readOnly, in a
// request. It returns where the next one begins, or -1 behind the last one.
func (d *Decoder) pass(k *Keys, n int) int {
	switch start := d.pos; {
	case n != UnknownKey:
		d.Skip()
		if d.Options.RefuseReadOnly && !d.failed {
			d.Violate(start, validate.KeywordReadOnly, validate.MessageReadOnly)
		}
	case k.unknown == unknownRefused:
		d.RefuseUnknown()
	default:
		d.Skip()
	}
	i := skipSpace(d.data, d.pos)
	if i < len(d.data) && d.data[i] == ',' {
		if i >= d.pause {
			d.rest(i)
		}
		return skipSpace(d.data, i+1)
	}
	d.closeObject(i)
	return -1
}

// name reads a member name and the colon at i and moves to the value.
func (d *Decoder) name(i int) bool {
	data := d.data
	if i >= len(data) || data[i] != '"' {
		d.failAt(i, reasonName)
		return false
	}
	d.pos = i
	start, end, _, ok := d.quoted()
	if !ok {
		return false
	}
	i = skipSpace(data, d.pos)
	if i >= len(data) || data[i] != ':' {
		d.failAt(i, reasonColon)
		return false
	}
	d.key, d.keyEnd = start, end
	d.pos = skipSpace(data, i+1)
	return true
}

// lookup returns the number of the latest name among keys.
func (d *Decoder) lookup(k *Keys) int {
	name := d.data[d.key:d.keyEnd]
	if bytes.IndexByte(name, '\\') >= 0 {
		d.scratch = unescape(d.scratch[:0], name, d.giveWay)
		name = d.scratch
	}
	return k.find(name)
}
