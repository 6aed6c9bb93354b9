package tornado

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// APIKey is an API key that a caller sent.
type APIKey struct {
	Key       string
	Scopes    []string   // the roles that the operation asks for (OpenAPI 3.1); immutable
	Operation *Operation // the operation that is called
}

// Basic is a name and a password that a caller sent (RFC 7617).
type Basic struct {
	Username, Password string
	Scopes             []string
	Operation          *Operation
}

// Bearer is a token that a caller sent (RFC 6750): of HTTP bearer, OAuth 2 or OpenID Connect.
type Bearer struct {
	Token     string
	Scopes    []string // the scopes that the operation asks for; immutable
	Operation *Operation
}

// Authorization is what a caller sent for another HTTP authentication scheme (RFC 9110 section 11.6.2).
type Authorization struct {
	Scheme    string // in lower case, "digest"
	Value     string // what follows the scheme
	Scopes    []string
	Operation *Operation
}

// In says where a parameter stands.
type In = param.In

// The places of an API key.
const (
	InHeader = param.InHeader
	InQuery  = param.InQuery
	InCookie = param.InCookie
)

// authenticate checks one scheme and returns the context that the authenticator made; ok is false when the caller sent
// nothing for it.
type authenticate func(x *exchange, ctx context.Context, use SchemeUse) (out context.Context, ok bool, err error)

// scheme is one security scheme: how it is checked, and what WWW-Authenticate says of it (RFC 9110 section 11.6.1).
type scheme struct {
	check     authenticate
	challenge string
}

// AddAPIKey enters the check of an API key. Generated code calls it, before Register.
func AddAPIKey(a *API, name string, place In, parameter string, check func(context.Context, APIKey) (context.Context, error)) {
	a.schemes[name] = scheme{challenge: `ApiKey name="` + parameter + `"`, check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
		key, ok := x.apiKey(place, parameter)
		if !ok {
			return ctx, false, nil
		}
		ctx, err := check(ctx, APIKey{Key: key, Scopes: use.Scopes, Operation: x.match.op})
		return ctx, true, err
	}}
}

// AddBasic enters the check of a name and a password. Generated code calls it, before Register.
func AddBasic(a *API, name string, check func(context.Context, Basic) (context.Context, error)) {
	a.schemes[name] = scheme{challenge: fmt.Sprintf("Basic realm=%q, charset=\"UTF-8\"", a.info.Title), check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
		encoded, ok := x.authorization("basic")
		if !ok {
			return ctx, false, nil
		}
		plain, err := base64.StdEncoding.DecodeString(encoded)
		user, password, found := strings.Cut(string(plain), ":")
		if err != nil || !found {
			return ctx, true, errors.New("the Authorization header is no user:password in base64")
		}
		ctx, err = check(ctx, Basic{Username: user, Password: password, Scopes: use.Scopes, Operation: x.match.op})
		return ctx, true, err
	}}
}

// AddBearer enters the check of a bearer token. Generated code calls it, before Register.
func AddBearer(a *API, name string, check func(context.Context, Bearer) (context.Context, error)) {
	a.schemes[name] = scheme{challenge: "Bearer", check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
		token, ok := x.authorization("bearer")
		if !ok {
			return ctx, false, nil
		}
		ctx, err := check(ctx, Bearer{Token: token, Scopes: use.Scopes, Operation: x.match.op})
		return ctx, true, err
	}}
}

// AddHTTP enters the check of another HTTP authentication scheme, named in lower case. Generated code calls it.
func AddHTTP(a *API, name, httpScheme string, check func(context.Context, Authorization) (context.Context, error)) {
	a.schemes[name] = scheme{challenge: httpScheme, check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
		value, ok := x.authorization(httpScheme)
		if !ok {
			return ctx, false, nil
		}
		ctx, err := check(ctx, Authorization{Scheme: httpScheme, Value: value, Scopes: use.Scopes, Operation: x.match.op})
		return ctx, true, err
	}}
}

// MutualTLS is the client certificate that a caller showed (OpenAPI 3.1 mutualTLS).
type MutualTLS struct {
	State     *tls.ConnectionState // of the connection; PeerCertificates has one at least
	Scopes    []string
	Operation *Operation
}

// AddMutualTLS enters the check of a client certificate. Generated code calls it, before Register.
func AddMutualTLS(a *API, name string, check func(context.Context, MutualTLS) (context.Context, error)) {
	a.schemes[name] = scheme{check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
		state := (Request{x.request}).TLS()
		if state == nil || len(state.PeerCertificates) == 0 {
			return ctx, false, nil
		}
		ctx, err := check(ctx, MutualTLS{State: state, Scopes: use.Scopes, Operation: x.match.op})
		return ctx, true, err
	}}
}

// apiKey finds an API key. An empty one counts as absent.
func (x *exchange) apiKey(place In, name string) (string, bool) {
	var p Param
	switch place {
	case InHeader:
		p = x.in.Header(name, Simple)
	case InQuery:
		p = x.in.Query(name, Form)
	case InCookie:
		p = x.in.Cookie(name, Form)
	}
	key, _ := p.Bytes()
	return string(key), len(key) > 0
}

// authorization returns what follows the scheme in the Authorization header, if it has that scheme in any case.
func (x *exchange) authorization(scheme string) (string, bool) {
	value := x.head.Authorization
	if len(value) <= len(scheme) || value[len(scheme)] != ' ' || !strings.EqualFold(string(value[:len(scheme)]), scheme) {
		return "", false
	}
	return strings.TrimLeft(string(value[len(scheme):]), " "), true
}

// authenticate lets one of the operation's requirements be met, in their order. Each must meet all of its schemes. An empty
// requirement admits a caller who sent no credentials at all; wrong ones are refused all the same. When none is met, the
// answer is the first that an authenticator chose itself, else 403 if one forbade, else 401.
func (x *exchange) authenticate(a *API) bool {
	var refusal error
	optional := false
	for _, requirement := range x.match.op.Security {
		if len(requirement.Uses) == 0 {
			optional = true
			continue
		}
		ctx, err := x.meet(a, requirement)
		if err == nil {
			x.ctx = ctx
			return true
		}
		if weight(err) > weight(refusal) {
			refusal = err
		}
	}
	if optional && weight(refusal) <= weight(errAbsent) {
		return true
	}
	x.refuseCaller(refusal)
	return false
}

// errAbsent says that the caller sent nothing for a scheme.
var errAbsent = errors.New("no credentials")

// weight orders the reasons to refuse a caller: the heaviest one is told.
func weight(err error) int {
	var chosen ResponseError
	var status *StatusError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errAbsent):
		return 1
	case errors.As(err, &chosen), errors.As(err, &status):
		return 4
	case errors.Is(err, ErrForbidden):
		return 3
	}
	return 2
}

// meet checks all schemes of one requirement and returns the context that they made. Wrong credentials weigh more than absent
// ones.
func (x *exchange) meet(a *API, requirement Requirement) (context.Context, error) {
	ctx := x.ctx
	var absent error
	for _, use := range requirement.Uses {
		next, ok, err := a.schemes[use.Scheme].check(x, ctx, use)
		switch {
		case !ok:
			absent = fmt.Errorf("%w for %s", errAbsent, use.Scheme)
		case err != nil:
			x.logRefusal(err, use.Scheme)
			return nil, err
		case next != nil:
			ctx = next
		}
	}
	return ctx, absent
}

// logRefusal logs why an authenticator refused: what is wrong with the service as an error, what is wrong with the caller as
// information.
func (x *exchange) logRefusal(err error, scheme string) {
	var status *StatusError
	level := slog.LevelInfo
	if errors.As(err, &status) && status.Err != nil {
		level = slog.LevelError
	}
	x.match.api.log().Log(x.ctx, level, "caller refused", "operation", x.match.op.ID, "scheme", scheme, "error", err)
}

// refuseCaller answers 401 or 403, or what the error itself says.
func (x *exchange) refuseCaller(err error) {
	var status *StatusError
	switch {
	case x.declared(err):
	case errors.As(err, &status) && status.Status >= 400 && status.Status <= 599:
		x.failWith(status)
	case errors.Is(err, ErrForbidden):
		x.reply.refuse(http.StatusForbidden, "you may not do this")
	case errors.Is(err, errAbsent):
		x.challenge()
		x.reply.refuse(http.StatusUnauthorized, "say who you are")
	default:
		x.challenge()
		x.reply.refuse(http.StatusUnauthorized, "the credentials are not valid")
	}
}

// challenge tells which HTTP schemes the operation knows (RFC 9110 section 11.6.1).
func (x *exchange) challenge() {
	var sent []string
	for _, requirement := range x.match.op.Security {
		for _, use := range requirement.Uses {
			if c := x.match.api.schemes[use.Scheme].challenge; c != "" && !slices.Contains(sent, c) {
				sent = append(sent, c)
				x.reply.Header("WWW-Authenticate", c)
			}
		}
	}
}
