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
	sent      func(x *exchange) string // the credentials as they were sent
	challenge string
	bearer    bool // the challenge goes on with scopes and errors (RFC 6750 section 3)
}

// quotedString writes a text as a quoted-string (RFC 9110 section 5.6.4), without what a field cannot carry.
func quotedString(s string) string {
	b := []byte{'"'}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\':
			b = append(b, '\\', c)
		case c >= ' ' && c != 0x7f:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

// AddAPIKey enters the check of an API key. Generated code calls it, before Register.
func AddAPIKey(a *API, name string, place In, parameter string, check func(context.Context, APIKey) (context.Context, error)) {
	if place == InQuery {
		a.queryKeys = append(a.queryKeys, parameter)
	}
	sent := func(x *exchange) string {
		key, _ := x.apiKey(place, parameter)
		return key
	}
	a.schemes[name] = scheme{sent: sent, challenge: "ApiKey name=" + quotedString(parameter), check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
		key, ok := x.apiKey(place, parameter)
		if !ok {
			return ctx, false, nil
		}
		ctx, err := check(ctx, APIKey{Key: key, Scopes: use.Scopes, Operation: x.match.op})
		return ctx, true, err
	}}
}

// QueryKeys are the names of the query parameters that carry API keys, for packages that show a request to others. They are known when the API
// serves; the caller must not change them.
func (a *API) QueryKeys() []string { return a.queryKeys }

// AddBasic enters the check of a name and a password. Generated code calls it, before Register.
func AddBasic(a *API, name string, check func(context.Context, Basic) (context.Context, error)) {
	a.schemes[name] = scheme{sent: authorizationSent, challenge: "Basic realm=" + quotedString(a.info.Title) + `, charset="UTF-8"`, check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
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
	a.schemes[name] = scheme{sent: authorizationSent, bearer: true, challenge: "Bearer realm=" + quotedString(a.info.Title), check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
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
	a.schemes[name] = scheme{sent: authorizationSent, challenge: httpScheme, check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
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
	a.schemes[name] = scheme{sent: certificateSent, challenge: "MutualTLS", check: func(x *exchange, ctx context.Context, use SchemeUse) (context.Context, bool, error) {
		state := (Request{x.request}).TLS()
		if state == nil || len(state.PeerCertificates) == 0 {
			return ctx, false, nil
		}
		ctx, err := check(ctx, MutualTLS{State: state, Scopes: use.Scopes, Operation: x.match.op})
		return ctx, true, err
	}}
}

// certificateSent is the client certificate, in DER.
func certificateSent(x *exchange) string {
	if state := (Request{x.request}).TLS(); state != nil && len(state.PeerCertificates) > 0 {
		return string(state.PeerCertificates[0].Raw)
	}
	return ""
}

func authorizationSent(x *exchange) string { return string(x.head.Authorization) }

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
// answer is the first that an authenticator chose itself, else 403 if one forbade, else 401. Both name the scopes that a token
// lacks.
func (x *exchange) authenticate(a *API) bool {
	var refusal error
	var refused SchemeUse
	optional := false
	for _, requirement := range x.match.op.Security {
		if len(requirement.Uses) == 0 {
			optional = true
			continue
		}
		ctx, use, err := x.meet(a, requirement)
		if err == nil {
			x.ctx = ctx
			if x.transit != nil {
				x.transit.met = requirement.Uses
			}
			return true
		}
		if weight(err) > weight(refusal) {
			refusal, refused = err, use
		}
	}
	if optional && weight(refusal) <= weight(errAbsent) {
		return true
	}
	x.refuseCaller(refusal, refused)
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

// meet checks all schemes of one requirement and returns the context that they made, or the scheme that refused it. Wrong
// credentials weigh more than absent ones.
func (x *exchange) meet(a *API, requirement Requirement) (ctx context.Context, refused SchemeUse, err error) {
	ctx = x.ctx
	var absent error
	for _, use := range requirement.Uses {
		next, ok, err := a.schemes[use.Scheme].check(x, ctx, use)
		switch {
		case !ok:
			absent = fmt.Errorf("%w for %s", errAbsent, use.Scheme)
		case err != nil:
			x.logRefusal(err, use.Scheme)
			return nil, use, err
		case next != nil:
			ctx = next
		}
	}
	return ctx, SchemeUse{}, absent
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

// refuseCaller answers 401 or 403, or what the error itself says. refused is the scheme that it comes from, if it is one.
func (x *exchange) refuseCaller(err error, refused SchemeUse) {
	var status *StatusError
	switch {
	case x.declared(err):
	case errors.As(err, &status) && status.Status >= 400 && status.Status <= 599:
		x.failWith(status)
	case errors.Is(err, ErrForbidden):
		if s := x.match.api.schemes[refused.Scheme]; s.bearer && len(refused.Scopes) > 0 {
			x.reply.Header("WWW-Authenticate", s.challenge+scopeParameter(refused)+`, error="insufficient_scope"`)
		}
		x.reply.refuse(http.StatusForbidden, "you may not do this")
	case errors.Is(err, errAbsent):
		x.challenge("")
		x.reply.refuse(http.StatusUnauthorized, "say who you are")
	default:
		x.challenge(refused.Scheme)
		x.reply.refuse(http.StatusUnauthorized, "the credentials are not valid")
	}
}

// challenge tells which schemes the operation knows (RFC 9110 section 11.6.1), with the scopes that a token must have. invalid is
// the scheme whose credentials were wrong, "" if there were none.
func (x *exchange) challenge(invalid string) {
	var sent []string
	for _, requirement := range x.match.op.Security {
		for _, use := range requirement.Uses {
			s := x.match.api.schemes[use.Scheme]
			c := s.challenge
			if s.bearer {
				c += scopeParameter(use)
				if use.Scheme == invalid {
					c += `, error="invalid_token"`
				}
			}
			if c != "" && !slices.Contains(sent, c) {
				sent = append(sent, c)
				x.reply.Header("WWW-Authenticate", c)
			}
		}
	}
}

// scopeParameter is what a challenge says of the scopes of a use (RFC 6750 section 3).
func scopeParameter(use SchemeUse) string {
	if len(use.Scopes) == 0 {
		return ""
	}
	return ", scope=" + quotedString(strings.Join(use.Scopes, " "))
}
