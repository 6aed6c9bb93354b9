package spec

// webhooks lifts the operations that the API calls at whoever has subscribed. What the document asks of the callers of the API is
// not asked of the API itself: only a security of their own counts.
func (l *lifter) webhooks() {
	for _, n := range l.kids(l.root.get("webhooks")) {
		if n.dead() {
			continue
		}
		left, kept := false, false
		l.operations(n, func(method string, kid, common *node) {
			if !l.filter.keeps(kid, "") {
				left = true
				return
			}
			kept = true
			op := l.operation(template{at: n, path: n.key}, method, kid, common)
			if op == nil {
				return
			}
			op.Key, op.Security = n.key, l.requirements(kid.end(), nil)
			op.Callbacks = l.callbacks(kid.end())
			op.OfPath = l.own(n)
			l.api.Webhooks = append(l.api.Webhooks, op)
		})
		l.filter.left[n] = left && !kept
	}
	l.drain()
}

// callbacks lifts the calls that an operation makes its caller expect, and those that these expect in turn.
func (l *lifter) callbacks(n *node) []*Callback {
	var out []*Callback
	for _, named := range l.kids(n.get("callbacks")) {
		for _, item := range l.kids(named) {
			if item.isExtension() || item.dead() || item.role != rolePathItem {
				continue
			}
			c := &Callback{Loc: item.keyLoc(), Name: named.key, URL: item.key}
			l.operations(item, func(method string, kid, common *node) {
				if op := l.callback(c, item, method, kid, common); op != nil {
					c.Operations = append(c.Operations, op)
				}
			})
			if len(c.Operations) > 0 {
				out = append(out, c)
			}
		}
	}
	return out
}

// callback lifts one operation of a callback. One that several operations refer to is lifted once.
func (l *lifter) callback(c *Callback, item *node, method string, kid, common *node) *Operation {
	n := kid.end()
	if op, known := l.calls[n]; known {
		return op
	}
	op := l.operation(template{at: item, path: item.key}, method, kid, common)
	l.calls[n] = op
	if op != nil {
		op.Key, op.Security = c.Name, l.requirements(n, nil)
		op.Callbacks = l.callbacks(n)
		op.OfPath = l.own(item)
	}
	return op
}
