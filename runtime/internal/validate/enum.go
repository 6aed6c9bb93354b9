package validate

import "slices"

// Enum is a closed list of strings. It is immutable.
type Enum struct {
	values []string
	index  map[string]int // nil for a short list
}

// shortEnum is the length up to which comparing one by one beats hashing.
const shortEnum = 8

// NewEnum returns the list of these values.
func NewEnum(values ...string) *Enum {
	e := &Enum{values: values}
	if len(values) > shortEnum {
		e.index = make(map[string]int, len(values))
		for i, v := range values {
			e.index[v] = i
		}
	}
	return e
}

// Lookup returns the value that equals text, as the string that the list holds: nothing is copied, and text is not retained.
func (e *Enum) Lookup(text []byte) (string, bool) {
	if e.index != nil {
		if i, ok := e.index[string(text)]; ok {
			return e.values[i], true
		}
		return "", false
	}
	for _, v := range e.values {
		if v == string(text) {
			return v, true
		}
	}
	return "", false
}

// Values returns the list in the order of the document. It must not be changed.
func (e *Enum) Values() []string { return e.values }

// Has reports whether s is in the list.
func (e *Enum) Has(s string) bool {
	if e.index != nil {
		_, ok := e.index[s]
		return ok
	}
	return slices.Contains(e.values, s)
}

// Check returns a fault if s is not in the list.
func (e *Enum) Check(s string) Faults {
	return Faults(0).add(!e.Has(s), faultEnum)
}

func (e *Enum) message(Faults) string { return MessageEnum(e.values) }
