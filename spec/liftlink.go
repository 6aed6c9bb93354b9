package spec

// pendingLink is a link that waits until all operations are there.
type pendingLink struct {
	response *Response
	link     *Link
	n        *node
	kid      *node // its place in the response, which may be a reference
}

// linksOf lifts what may follow an answer.
func (l *lifter) linksOf(r *Response, n *node) {
	for _, kid := range l.kids(n.get("links")) {
		if kid.dead() || kid.role != roleLink || !l.spend(kid) {
			continue
		}
		at := kid.end()
		link := &Link{Loc: kid.keyLoc(), Name: kid.key, Description: at.value("description")}
		for _, p := range l.kids(at.get("parameters")) {
			link.Parameters = append(link.Parameters, &LinkValue{Loc: p.loc(), Name: p.key, Value: p.literal()})
		}
		if body := at.get("requestBody"); body != nil {
			link.Body = &LinkValue{Loc: body.loc(), Value: body.literal()}
		}
		l.links = append(l.links, pendingLink{r, link, at, kid})
	}
}

// resolveLinks finds the operations that links lead to.
func (l *lifter) resolveLinks() {
	const remedy = "name an operation of this document by operationId or operationRef"
	for _, p := range l.links {
		id, ref := p.n.get("operationId"), p.n.get("operationRef")
		switch {
		case ref != nil && l.filter.left[ref.end()], id != nil && l.filter.names[id.text]:
			l.filter.left[p.kid] = true // as what it leads to
		case ref != nil:
			if p.link.Operation = l.lifted[ref.end()]; p.link.Operation == nil {
				l.warn(ref, "bad-link", quote(ref.text)+" is no operation that is served; the link is left out", remedy)
			}
		case id != nil:
			if p.link.Operation = l.opIDs[id.text]; p.link.Operation == nil || p.link.Operation.Key != "" {
				p.link.Operation = nil
				l.warn(id, "bad-link", "there is no operation "+quote(id.text)+"; the link is left out", remedy)
			}
		default:
			l.warn(p.n, "bad-link", "the link does not say which operation follows; it is left out", remedy)
		}
		if p.link.Operation != nil {
			p.response.Links = append(p.response.Links, p.link)
		}
	}
}
