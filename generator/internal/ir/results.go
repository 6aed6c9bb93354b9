package ir

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// planAnswers decides the result of an operation and its errors.
func (b *builder) planAnswers(op *Operation) {
	source := op.Source
	responses, good := source.Responses, successes(source)
	if op.Kind == OperationSocket {
		responses, good = b.socketErrors(source), nil
		op.Result = &Result{Kind: ResultSocket, Nilable: true}
	}
	var success []*Answer
	for _, r := range responses {
		if class(r.Status) == 1 {
			b.warn(r.Loc, classInformational, "a status of 1XX is no answer, and is left out", "describe the answer that follows it")
			continue
		}
		isError := !slices.Contains(good, r)
		planned := b.answers(source, r, op.Name+statusName(r.Status), isError)
		if isError {
			op.Errors = append(op.Errors, planned...)
		} else {
			success = append(success, planned...)
		}
	}
	if op.Result == nil && len(success) == 0 {
		b.warn(source.Loc, classNoSuccess, "the operation declares no answer but errors; success is 204 without a body",
			"declare a response 2XX or default")
		none := b.answer(&spec.Response{Loc: source.Loc, Status: http.StatusNoContent}, nil, "", false)
		none.Label = statusName(http.StatusNoContent)
		success = []*Answer{none}
	}
	if op.Result == nil {
		b.planResult(op, success)
		b.planStream(op)
	}
	for _, a := range op.Errors {
		b.nameAnswer(a, op)
		b.share(a)
	}
	op.Cases = cases(append(slices.Clone(success), op.Errors...))
	for _, a := range success {
		if a.Content != nil {
			op.Produces = append(op.Produces, mediaTypes([]*Content{a.Content})...)
		}
	}
	op.Produces = unique(op.Produces)
}

// planResult decides what the handler returns.
func (b *builder) planResult(op *Operation, success []*Answer) {
	r := &Result{Answers: success}
	op.Result = r
	first := success[0]
	switch {
	case len(success) > 1:
		r.Kind, r.Nilable = ResultSealed, true
		r.Interface = b.scope.Take(op.Name + "Response")
		r.Marker = naming.Unexported(r.Interface)
		r.Go = builtin(r.Interface)
		names := make([]string, len(success))
		for i, a := range success {
			b.nameAnswer(a, op)
			names[i] = a.Name
		}
		r.Doc = r.Interface + " is the result of " + op.Name + ": " + enumerate(names, "or") + "."
		return
	case first.StatusField != "" || len(first.Headers) > 0:
		b.nameAnswer(first, op)
		r.Kind, r.Go, r.Nilable = ResultStruct, pointerTo(builtin(first.Name)), true
	case first.Content == nil:
		first.Name = ""
		return
	case first.Content.Shape.GoesOn():
		first.Name = ""
		r.Kind, r.Go, r.Out, r.Nilable = ResultStream, first.Content.Go, first.Content.outType(), true
		return
	default:
		first.Name = ""
		r.Kind, r.Go = ResultValue, first.Content.Go
		if first.Content.Shape == BodyTyped && first.Content.Presence == Plain && first.Content.Type.Kind == KindStruct {
			r.Kind, r.Go = ResultPointer, pointerTo(first.Content.Go)
		}
		if r.Nilable = nilable(r.Go, first.Content); !r.Nilable {
			r.Zero = zero(r.Go, first.Content)
		}
	}
	r.Write = b.scope.Take("write" + op.Name)
}

// nilable says whether nil is a value of the type of a result.
func nilable(g *GoType, c *Content) bool {
	switch {
	case g.Shape == GoPointer:
		return true
	case c.Presence != Plain:
		return false
	case c.Shape == BodyBlob:
		return false
	case c.Shape == BodyBytes:
		return true
	}
	switch c.Type.Kind {
	case KindArray, KindMap, KindBytes, KindJSON:
		return true
	}
	return false
}

// zero returns the zero value of a result that cannot be nil.
func zero(g *GoType, c *Content) *Expr {
	if c.Presence == Plain && c.Shape == BodyTyped {
		if c.Type.Kind == KindForeign { // of which nobody knows here what it is in Go: *new(slog.Level)
			return &Expr{Kind: ExprCall, Go: pointerTo(&GoType{Name: "new"}), Args: []*Expr{{Kind: ExprName, Go: g}}}
		}
		of := c.Type.Go
		switch {
		case c.Type.Kind == KindEnum:
			of = c.Type.Enum.Go
		case c.Type.AliasOf != nil:
			of = c.Type.AliasOf
		}
		switch of.String() {
		case "string":
			return stringExpr("")
		case "bool":
			return boolExpr(false)
		case "int32", "int64", "uint32", "uint64", "float32", "float64":
			return intExpr(0)
		}
	}
	return &Expr{Kind: ExprComposite, Go: g}
}

// cases orders answers as a client looks for them: one status before a range, a range before the default.
func cases(answers []*Answer) []*Case {
	var list []*Case
	for _, a := range answers {
		i := slices.IndexFunc(list, func(c *Case) bool { return c.Low == a.Low && c.High == a.High })
		if i < 0 {
			i = len(list)
			list = append(list, &Case{Low: a.Low, High: a.High})
		}
		list[i].Answers = append(list[i].Answers, a)
		list[i].ByParameters = list[i].ByParameters || a.Content != nil && slices.ContainsFunc(a.Content.MediaTypes, hasParameters)
	}
	rank := func(c *Case) int {
		switch {
		case c.Low == 0:
			return 2
		case c.Low != c.High:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(x, y *Case) int { return cmp.Compare(rank(x), rank(y)) })
	return list
}

// fallback plans the declared default as the answer for errors that are not declared: its body must be an object all of whose
// required members are known to say what went wrong.
func (b *builder) fallback(op *Operation) *Fallback {
	i := slices.IndexFunc(op.Errors, func(a *Answer) bool { return a.Low == 0 })
	if i < 0 || slices.ContainsFunc(op.Errors[i].Headers, func(h *Param) bool { return h.Required }) {
		return nil
	}
	f := &Fallback{Answer: op.Errors[i]}
	name := op.Name
	if shared := op.Errors[i].Shared; shared != nil {
		if known := b.fallbacks[shared]; known != nil {
			return known
		}
		f.Answer, name = shared.Answer, shared.Name
	}
	if c := f.Answer.Content; c != nil {
		if c.Shape != BodyTyped || c.Type.Kind != KindStruct || c.Presence != Plain {
			return nil
		}
		f.Body = c.Type
		for _, field := range c.Type.Struct.Fields {
			assign := fallbackField(field)
			if assign == nil && field.Required {
				return nil
			}
			if assign != nil {
				f.Assign = append(f.Assign, assign)
			}
		}
	}
	f.Func = b.scope.Take("fallback" + name)
	if shared := op.Errors[i].Shared; shared != nil {
		b.fallbacks[shared] = f
	}
	b.pkg.Fallbacks = append(b.pkg.Fallbacks, f)
	return f
}

// fallbackField decides what a member of an error's body says, nil where that is not known, or not worth saying.
func fallbackField(f *Field) *FallbackField {
	number := false
	switch f.Type.Kind {
	case KindInt32, KindInt64, KindUint32, KindUint64:
		number = true
	case KindString:
	default:
		return nil
	}
	out := &FallbackField{Field: f}
	switch f.JSON {
	case "title", "message", "detail", "error":
		out.From = FallbackTitle
	case "status", "code":
		out.From = FallbackStatusText
	case "type":
		out.From, out.Text = FallbackText, "about:blank"
	case "instance":
		out.From = FallbackText
	default:
		return nil
	}
	switch {
	case number && (f.JSON == "status" || f.JSON == "code" || f.JSON == "error"):
		out.From = FallbackStatus
	case number:
		return nil
	case !f.Required && (f.JSON == "detail" || f.JSON == "type" || f.JSON == "instance"):
		return nil
	}
	return out
}
