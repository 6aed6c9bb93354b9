package param

import (
	"bytes"
	"fmt"
)

// DefaultPairs is the number of pairs that a query or the cookies of a request may have unless a limit is given.
const DefaultPairs = 1000

// Pair is one key with its value, both raw: they alias the text that was scanned.
type Pair struct {
	Key, Value []byte

	encoded bool // the key is not its decoded form
	plus    bool // in the key, a plus sign is a space
}

// Is says whether the key, decoded, is name.
func (p *Pair) Is(name string) bool {
	if !p.encoded {
		return string(p.Key) == name
	}
	end, ok := p.prefix(name)
	return ok && end == len(p.Key)
}

// prefix returns the offset behind name if the key, decoded, starts with it.
func (p *Pair) prefix(name string) (end int, ok bool) {
	for i := range len(name) {
		if end == len(p.Key) {
			return 0, false
		}
		c, n := p.at(end)
		if c != name[i] {
			return 0, false
		}
		end += n
	}
	return end, true
}

// at returns the byte of the key at an offset, decoded, and how many bytes it takes there.
func (p *Pair) at(i int) (c byte, n int) {
	c = p.Key[i]
	switch {
	case c == '%' && i+2 < len(p.Key) && unhex[p.Key[i+1]]|unhex[p.Key[i+2]] != noHex:
		return unhex[p.Key[i+1]]<<4 | unhex[p.Key[i+2]], 3
	case c == '+' && p.plus:
		return ' ', 1
	}
	return c, 1
}

// Pairs is a list of keys and values in the order of the text. The zero Pairs is empty; it is meant to be used again.
type Pairs struct {
	list []Pair
}

// Reset drops all pairs, and with them the texts that they alias, and keeps the memory of the list.
func (p *Pairs) Reset() {
	clear(p.list)
	p.list = p.list[:0]
}

// Len returns the number of pairs.
func (p *Pairs) Len() int { return len(p.list) }

// At returns the pair at position i.
func (p *Pairs) At(i int) *Pair { return &p.list[i] }

// Find returns the position of the first pair at or behind position from whose key is name, -1 if there is none.
func (p *Pairs) Find(name string, from int) int {
	for i := from; i < len(p.list); i++ {
		pair := &p.list[i]
		if !pair.encoded && string(pair.Key) == name || pair.encoded && pair.Is(name) {
			return i
		}
	}
	return -1
}

// Get returns the raw value of the first pair whose key is name.
func (p *Pairs) Get(name string) (value []byte, ok bool) {
	if i := p.Find(name, 0); i >= 0 {
		return p.list[i].Value, true
	}
	return nil, false
}

// full says whether there are as many pairs as may be.
func (p *Pairs) full(limit int) bool {
	if limit <= 0 {
		limit = DefaultPairs
	}
	return len(p.list) >= limit
}

// Query is the query of a request target.
type Query struct {
	Pairs
}

// Parse scans raw, the text behind the question mark, in place of what was there before. Pairs are separated by "&"
// alone, a key ends at the first "=", empty pairs are skipped, and a key without "=" has an empty value. It fails if
// there are more than limit pairs (DefaultPairs if limit is 0); the query then holds the first of them. It takes linear
// time, and the pairs alias raw.
func (q *Query) Parse(raw []byte, limit int) error {
	q.Reset()
	start, equals, encoded := 0, -1, false
	for i := 0; i <= len(raw); i++ {
		if i < len(raw) && raw[i] != '&' {
			switch c := raw[i]; {
			case equals >= 0:
			case c == '=':
				equals = i
			case c == '%' || c == '+':
				encoded = true
			}
			continue
		}
		if i > start {
			if q.full(limit) {
				return fmt.Errorf("more than %d query parameters", len(q.list))
			}
			pair := Pair{Key: raw[start:i:i], encoded: encoded, plus: true}
			if equals >= 0 {
				pair.Key, pair.Value = raw[start:equals:equals], raw[equals+1:i:i]
			}
			q.list = append(q.list, pair)
		}
		start, equals, encoded = i+1, -1, false
	}
	return nil
}

// Cookies are the cookies of a request.
type Cookies struct {
	Pairs
}

// Add scans one Cookie field (RFC 6265 section 4.2.1); a request may have several. Spaces around a pair are skipped,
// and so are pairs without "=" and without a name; double quotes around a value are removed. Names are compared as they
// are. It fails if there are more than limit cookies (DefaultPairs if limit is 0). It takes linear time, and the pairs
// alias raw.
func (c *Cookies) Add(raw []byte, limit int) error {
	for len(raw) > 0 {
		text := raw
		if i := bytes.IndexByte(raw, ';'); i >= 0 {
			text, raw = raw[:i], raw[i+1:]
		} else {
			raw = nil
		}
		i := bytes.IndexByte(text, '=')
		if i < 0 {
			continue
		}
		pair := Pair{Key: trim(text[:i]), Value: trim(text[i+1:])}
		if len(pair.Key) == 0 {
			continue
		}
		if n := len(pair.Value); n >= 2 && pair.Value[0] == '"' && pair.Value[n-1] == '"' {
			pair.Value = pair.Value[1 : n-1]
		}
		if c.full(limit) {
			return fmt.Errorf("more than %d cookies", len(c.list))
		}
		c.list = append(c.list, pair)
	}
	return nil
}

// trim removes optional white space (RFC 9110 section 5.6.3) at both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
