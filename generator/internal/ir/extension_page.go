package ir

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// extensionPage says how the pages of a list follow one another.
const extensionPage = "x-tornado-page"

// pageWish is what x-tornado-page says.
type pageWish struct {
	Style string // cursor, page, offset, url or link-header
	Param string // the parameter of the next page; the word of the style where it is not given
	Items string // where the items are in the body
	Next  string // where the cursor or the address of the next page is
	More  string // where it says whether there is a next page
	First *int64 // the number of the first page, or of the first item
}

// pageForm is what an x-tornado-page looks like, for what is none.
const pageForm = "it is false, or an object as {style: cursor, param: after, items: /pets, next: /next}"

// pageWish reads x-tornado-page; nil for false, and for what has no meaning, of which a warning tells.
func (b *builder) pageWish(op *spec.Operation) (wish *pageWish, said bool) {
	e := op.Own.Get(extensionPage)
	if e == nil || string(e.Text) == "false" {
		return nil, e != nil
	}
	read, why := decodeExtension[pageWish](e.Text)
	if why != "" {
		for _, k := range e.Members {
			if !slices.Contains(pageMembers, k.Name) {
				b.badExtension(k.Loc, extensionPage, quote(k.Name)+" is not one of its members; "+enumerate(pageMembers, "and")+" are")
				return nil, true
			}
		}
		b.badExtension(e.Loc, extensionPage, line(why)+"; "+pageForm)
		return nil, true
	}
	return &read, true
}

var pageMembers = []string{"style", "param", "items", "next", "more", "first"}

// wishedPages plans what x-tornado-page says; nil where it cannot be, of which a warning tells.
func (b *builder) wishedPages(op *Operation, wish *pageWish) *Pages {
	bad := func(member, why string) *Pages {
		b.badExtension(op.Source.Own.Get(extensionPage).At(member), extensionPage, why)
		return nil
	}
	if !op.listsPlainly() {
		return bad("", "the operation has no answer that is a list")
	}
	p, s, why := b.pageItems(op, op.Result.Answers, wish.Items)
	if p == nil {
		return bad("items", why)
	}
	unused := func(member string, given bool) bool {
		if given {
			bad(member, "the style "+wish.Style+" has no "+member)
		}
		return given
	}
	switch wish.Style {
	case "cursor":
		if unused("first", wish.First != nil) {
			return nil
		}
		if why, member := p.byCursor(op, s, wish); why != "" {
			return bad(member, why)
		}
	case "page", "offset":
		if unused("next", wish.Next != "") {
			return nil
		}
		if why, member := p.counted(op, wish); why != "" {
			return bad(member, why)
		}
		if wish.First != nil && p.Set[0].Presence == Plain {
			b.warn(op.Source.Own.Get(extensionPage).At("first"), classExtension,
				"first is not used: each request says it, as the parameter of "+extensionPage+" is required", "leave it out")
		}
	case "url", "link-header":
		if unused("param", wish.Param != "") || unused("first", wish.First != nil) || wish.Style == "link-header" && unused("next", wish.Next != "") {
			return nil
		}
		if p.Kind = PagesByLink; wish.Style == "url" {
			p.Kind, p.URL = PagesByURL, s.pageValue(wish.Next)
			if p.URL == nil || !p.URL.text() {
				return bad("next", "next is no text of the answer: a member of its body, /next, or header.X-Next")
			}
		}
	default:
		return bad("style", "style is none of cursor, page, offset, url and link-header")
	}
	if wish.More != "" {
		if p.More = s.pageValue(wish.More); p.More == nil || p.More.Const != nil || p.More.Type.Kind != KindBool {
			return bad("more", "more is no boolean of the answer: a member of its body, /more")
		}
	}
	return p
}

// pageValue plans what a member of x-tornado-page names: "/next" and "next" in the body, "header.X-Next", or a runtime expression.
func (s *scene) pageValue(text string) *Value {
	switch {
	case text == "":
		return nil
	case text[0] == '$':
	case text[0] == '/':
		text = "$response.body#" + text
	case strings.HasPrefix(text, "header."):
		text = "$response." + text
	default:
		text = "$response.body#/" + text
	}
	return s.value(text)
}

// pageParam finds the parameter that the next page differs in.
func pageParam(op *Operation, name, otherwise string) (*Param, string) {
	name = cmp.Or(name, otherwise)
	q := op.parameter(name)
	if q == nil || q.In == spec.InPath {
		return nil, "the operation has no parameter " + quote(name) + " of the query, the header or a cookie; name it by param"
	}
	return q, ""
}

// byCursor plans a cursor in the answer that is a parameter of the next page.
func (p *Pages) byCursor(op *Operation, s *scene, wish *pageWish) (why, member string) {
	q, why := pageParam(op, wish.Param, "cursor")
	if q == nil {
		return why, "param"
	}
	value := s.pageValue(wish.Next)
	if value == nil || value.Root != "res" {
		return "next is no value of the answer: a member of its body, /next, or header.X-Next", "next"
	}
	if !value.convert(q.Type) {
		return "next has another type than the parameter " + quote(q.Source.Name), "next"
	}
	p.bySet(&HelperSet{Field: q.Field, Presence: q.Presence, Pointer: q.Pointer, Required: true, Value: value})
	return "", ""
}

// counted plans a parameter that is the number of a page, or of its first item.
func (p *Pages) counted(op *Operation, wish *pageWish) (why, member string) {
	q, why := pageParam(op, wish.Param, wish.Style)
	switch {
	case q == nil:
		return why, "param"
	case !isInteger(q.Type.Kind):
		return "the parameter " + quote(q.Source.Name) + " is no integer", "param"
	}
	p.Kind, p.ByItem, p.Number = PagesCounted, wish.Style == "offset", q.Type.Go
	if !p.ByItem {
		p.First = 1
	}
	switch {
	case q.Presence == Plain: // each request says it
	case wish.First != nil:
		p.First = *wish.First
	case q.Default != nil && q.Type.Schema != nil && q.Type.Schema.Default != nil:
		if n, ok := exact(q.Type.Schema.Default.JSON); ok && n.IsInt() && n.Num().IsInt64() {
			p.First = n.Num().Int64()
		}
	}
	if p.First < 0 {
		return "first is a number from 0 on", "first"
	}
	p.Set = []*HelperSet{{Field: q.Field, Presence: q.Presence, Pointer: q.Pointer, Required: true}}
	return "", ""
}
