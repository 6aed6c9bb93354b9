package ir

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
)

// SharedError is the type of an error that several operations answer in the same way. Each of them has a name of its own for it, an
// alias.
type SharedError struct {
	*Answer
	// Read is the function by which a client reads it: "readNotFound".
	Read string
}

// sharing are the answers that one type may hold, in document order.
type sharing struct {
	members []*Answer
}

// share finds the answers, all of them errors, that a is the same as: those of one component, or of the same status and body, without
// header fields. The second of these, or the first use of a component, gives them a type in common: operations that are added behind
// others rename none.
func (b *builder) share(a *Answer) {
	key := shareKey(a)
	if key == "" {
		return
	}
	s := b.sharings[key]
	if s == nil {
		s = &sharing{}
		b.sharings[key] = s
	}
	s.members = append(s.members, a)
	first := s.members[0]
	switch {
	case first.Shared != nil:
		a.Shared = first.Shared
	case len(s.members) > 1 || a.Source.Ref != "":
		common := *first
		common.Name = b.sharedName(first)
		shared := &SharedError{Answer: &common, Read: b.scope.Take("read" + common.Name)}
		for _, m := range s.members {
			m.Shared = shared
		}
		b.pkg.SharedErrors = append(b.pkg.SharedErrors, shared)
	}
}

// shareKey is the same for answers that one type can hold, "" for one that stands alone.
func shareKey(a *Answer) string {
	ref := a.Source.Ref
	if ref == "" && len(a.Headers) > 0 {
		return ""
	}
	key := fmt.Sprint(ref, " ", a.Low, a.High)
	if c := a.Content; c != nil {
		key += fmt.Sprintf(" %p %d %v %d %s %v %s", c.Type, c.Presence, c.Pointer, c.Shape, c.Field, c.MediaTypes, c.TextShape)
	}
	return key
}

// sharedName takes a name for what a is the first of: that of its component, else that of its status.
func (b *builder) sharedName(a *Answer) string {
	status := statusName(a.Source.Status)
	name := status
	if ref := a.Source.Ref; ref != "" {
		file, pointer, within := strings.Cut(ref, "#")
		last := file[strings.LastIndexByte(file, '/')+1:]
		if within {
			last = unescape(pointer[strings.LastIndexByte(pointer, '/')+1:])
		} else {
			last = strings.TrimSuffix(last, path.Ext(last))
		}
		name = naming.Exported(last)
	} else if a.Low == 0 {
		name = status + "Error"
	}
	c := a.Content
	switch {
	case !b.scope.Has(name):
	case !strings.HasSuffix(name, status):
		name += status
	case c != nil && c.Type != nil && c.Type.Name != "":
		name = c.Type.Name + status
	}
	return b.scope.Take(name)
}

// finishShared writes the comments of errors that operations have in common, and of their other names: what is said of all of them
// is said once.
func (b *builder) finishShared() {
	for _, s := range b.sharings {
		shared := s.members[0].Shared
		if shared == nil {
			continue
		}
		same := !slices.ContainsFunc(s.members, func(m *Answer) bool { return m.Source.Description != shared.Source.Description })
		shared.Doc = describe(shared.Name, shared.Source.Description)
		if shared.Doc == "" {
			shared.Doc = describe(shared.Name, shared.Source.Summary)
		}
		if !same || shared.Doc == "" {
			shared.Doc = shared.Name + " answers " + statusText(shared.Answer) + " for several operations, each of which has another name for it."
		}
		for _, m := range s.members {
			if m.Doc = ""; !same {
				m.Doc = describe(m.Name, m.Source.Description)
			}
		}
	}
}

// ErrorTypes are the names of the types of op's errors.
func (op *Operation) ErrorTypes() []string {
	names := make([]string, len(op.Errors))
	for i, a := range op.Errors {
		if names[i] = a.Name; a.Shared != nil {
			names[i] = a.Shared.Name
		}
	}
	return unique(names)
}
