package spec

// declaredTags lifts the tags of the document, and which stands below which.
func (l *lifter) declaredTags() {
	l.tags = map[string]*Tag{}
	nodes := l.list(l.root, "tags")
	for _, n := range nodes {
		t := &Tag{Name: n.value("name"), Summary: n.value("summary"), Description: n.value("description"), Kind: n.value("kind")}
		l.api.Tags = append(l.api.Tags, t)
		if l.tags[t.Name] == nil {
			l.tags[t.Name] = t
		}
	}
	for i, n := range nodes {
		if parent := n.get("parent"); parent != nil {
			l.tagParent(l.api.Tags[i], parent)
		}
	}
}

// tagParent puts a tag below another one (OpenAPI 3.2 section 4.22).
func (l *lifter) tagParent(t *Tag, n *node) {
	parent := l.tags[n.text]
	if parent == nil {
		l.warn(n, "bad-tag", "there is no tag "+quote(n.text)+"; the tag stands below none", "declare it, or correct the name")
		return
	}
	for at := parent; at != nil; at = at.Parent {
		if at == t {
			l.warn(n, "bad-tag", "the tag stands below itself; it stands below none", "take one parent of the ring out")
			return
		}
	}
	t.Parent = parent
}

// operationTags lifts the tags of an operation, and adds to the list what nobody has declared.
func (l *lifter) operationTags(op *Operation, n *node) {
	for _, item := range n.get("tags").items() {
		op.Tags = append(op.Tags, item.text)
		if l.tags[item.text] == nil {
			t := &Tag{Name: item.text}
			l.tags[item.text] = t
			l.api.Tags = append(l.api.Tags, t)
		}
	}
}
