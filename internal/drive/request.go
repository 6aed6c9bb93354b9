package drive

import (
	"context"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

type opinion int

const (
	unknown opinion = iota
	accepts
	refuses
)

// Verdict asks both judges about a request. agreed is false where they differ or one of them cannot tell; why is what they say
// against it.
func (j *Judges) Verdict(ctx context.Context, op *Operation, in *Input, w *Wire) (accepted, agreed bool, why string) {
	if in.MediaType != "" {
		return false, true, "the document has no body of type " + in.MediaType
	}
	one, oneFault := j.kin(ctx, op, in, w)
	two, twoFault := j.params(op, in)
	inBody, bodyFault := j.inBody(op, in)
	if two == accepts && op.seenByKin {
		two, twoFault = inBody, bodyFault
	}
	switch {
	case one == unknown || two == unknown || inBody == unknown || one != two:
		return false, false, ""
	case one == refuses:
		return false, true, twoFault + " | " + oneFault
	case inBody == refuses: // nobody else has seen it
		return false, true, bodyFault
	}
	return true, true, ""
}

// kin is the opinion of openapi3filter on a request.
func (j *Judges) kin(ctx context.Context, op *Operation, in *Input, w *Wire) (o opinion, fault string) {
	defer func() {
		if recover() != nil { // it has no opinion on what it cannot bear
			o = unknown
		}
	}()
	of, err := j.kinInput(ctx, request, op, in, w)
	if err != nil {
		return unknown, ""
	}
	if err := openapi3filter.ValidateRequest(ctx, of); err != nil {
		return refuses, firstLine(err)
	}
	return accepts, ""
}

func firstLine(err error) string { return strings.SplitN(err.Error(), "\nSchema:", 2)[0] }

func (j *Judges) kinInput(ctx context.Context, to direction, op *Operation, in *Input, w *Wire) (*openapi3filter.RequestValidationInput, error) {
	req, err := w.Request(ctx, "http://localhost")
	if err != nil {
		return nil, err
	}
	pathParams := map[string]string{}
	for name, text := range in.path {
		if pathParams[name], err = url.PathUnescape(text); err != nil {
			return nil, err
		}
	}
	item := j.docs[to].Paths.Value(op.Path)
	return &openapi3filter.RequestValidationInput{
		Request: req, PathParams: pathParams, QueryParams: req.URL.Query(),
		Route: &routers.Route{Spec: j.docs[to], Path: op.Path, PathItem: item, Method: op.Method, Operation: item.GetOperation(op.Method)},
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, ExcludeReadOnlyValidations: true,
			ExcludeRequestBody: !op.seenByKin,
		},
	}, nil
}

// params is the opinion of JSON Schema on the parameters of a request.
func (j *Judges) params(op *Operation, in *Input) (opinion, string) {
	for _, p := range op.params {
		v, ok := in.Params[p.in+" "+p.name]
		if !ok && p.required {
			return refuses, p.name + " is required"
		}
		if ok {
			if o, fault := j.check(request, p.pointer, v); o != accepts {
				return o, p.name + ": " + fault
			}
		}
	}
	return accepts, ""
}

// inBody is its opinion on the body.
func (j *Judges) inBody(op *Operation, in *Input) (opinion, string) {
	switch {
	case op.bodyKind == bodyNone:
		return accepts, ""
	case !in.HasBody && op.bodyRequired:
		return refuses, "the body is required"
	case !in.HasBody || op.bodyKind == bodyBytes:
		return accepts, ""
	case op.bodyKind == bodyItems:
		return j.checkItems(op.bodyPointer, in.Body)
	}
	received, ok := j.received(op, in.Body)
	if !ok {
		return unknown, ""
	}
	return j.check(request, op.bodyPointer, received)
}

// check is the opinion of JSON Schema on a value.
func (j *Judges) check(to direction, pointer string, v any) (opinion, string) {
	s := j.compiled(to, pointer)
	if s == nil {
		return unknown, ""
	}
	if err := s.Validate(v); err != nil {
		words := strings.Join(strings.Fields(err.Error()), " ")
		if _, after, ok := strings.Cut(words, "' - "); ok { // behind the address of the schema
			words = after
		}
		return refuses, words + " (#" + pointer + ")"
	}
	return accepts, ""
}
