package spec

// memberList fills an object while it is parsed and finds members of one name.
type memberList struct {
	object *node
	seen   map[string]int // index by name, once the object is large
}

// put appends a member. Where the name is there already, the later value takes the place of the earlier and put is false.
func (m *memberList) put(kid *node) bool {
	o := m.object
	kid.parent = o
	if m.seen == nil && len(o.kids) >= indexFrom {
		m.seen = make(map[string]int, 4*indexFrom)
		for i, k := range o.kids {
			m.seen[k.key] = i
		}
	}
	o.file.names.note(kid.key, o, kid)
	if i := m.find(kid.key); i >= 0 {
		kid.index = int32(i)
		o.kids[i] = kid
		return false
	}
	kid.index = int32(len(o.kids))
	o.kids = append(o.kids, kid)
	if m.seen != nil {
		m.seen[kid.key] = len(o.kids) - 1
	}
	return true
}

func (m *memberList) find(key string) int {
	if m.seen != nil {
		if i, ok := m.seen[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range m.object.kids {
		if k.key == key {
			return i
		}
	}
	return -1
}

func duplicateKey(kid *node) fault {
	return fault{
		Warning, "duplicate-key", "the name " + quote(kid.key) + " is there already in this object; the later value is taken",
		"remove one of the two", kid.keyOff, kid,
	}
}
