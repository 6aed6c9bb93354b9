package auth

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Sealer makes a text of bytes that nobody else can make. *cookies.Jar is one.
type Sealer interface {
	// Seal makes the text of a cookie of that name.
	Seal(name string, value []byte) (string, error)
	// Open gives the value of a text of Seal. What is forged, or was sealed for another name, is an error.
	Open(name, sealed string) ([]byte, error)
}

// Provider is what a service is told by its OpenID provider, Keycloak, Google or Entra say.
type Provider struct {
	Issuer   string // "https://login.example/realms/shop"
	ClientID string
	Secret   string   // "" for a public client
	Redirect string   // the address of the callback, as the provider knows it: "https://shop.example/login/callback"
	Scopes   []string // beside openid: "email", "profile"
}

// User is who has logged in.
type User struct {
	Claims *Claims       // of the id token
	Token  *oauth2.Token // for calls in the name of the user
}

// Login lets people log in with an OpenID provider (OpenID Connect Core 1.0, the authorization code flow, with PKCE of RFC 7636). It serves
// two paths: its prefix, which sends a browser to the provider, and prefix + "/callback", where it comes back. What is to be remembered
// on the way stands in a sealed cookie, for 10 minutes; a browser may be in the middle of eight logins.
type Login struct {
	prefix   string // without a trailing slash
	flow     oauth2.Config
	verifier *oidc.IDTokenVerifier
	seal     Sealer
	done     func(w http.ResponseWriter, r *http.Request, u User) error
	ask      []oauth2.AuthCodeOption
	logger   *slog.Logger
	ctx      context.Context
}

// LoginOption changes a Login. Each says what holds without it.
type LoginOption func(*Login)

// WithLogger sets where failed logins are logged. The default is slog.Default.
func WithLogger(to *slog.Logger) LoginOption { return func(l *Login) { l.logger = to } }

// WithParameter asks the provider for more, by a parameter of its own or of OpenID Connect Core 1.0 section 3.1.2.1: "prompt", "login_hint",
// or "access_type" of Google say. It may be given several times; the default is none.
func WithParameter(name, value string) LoginOption {
	return func(l *Login) { l.ask = append(l.ask, oauth2.SetAuthURLParam(name, value)) }
}

// NewLogin asks the provider what it does. done is called with who has logged in: it remembers that, in a session say (renew its id), and
// must not write the answer, which sends the browser back to where the login began: the path in the query parameter "to", of 1 KiB at most,
// or "/", also where s cannot seal the path and some 130 bytes more, or makes more than 2.5 KiB of them. The client of ctx, see
// oidc.ClientContext, is used for calls of the provider. The prefix "/", or "", is for a host that does nothing else: a login begins at "/"
// then, and comes back at "/callback".
func NewLogin(ctx context.Context, prefix string, p Provider, s Sealer, done func(w http.ResponseWriter, r *http.Request, u User) error,
	opts ...LoginOption,
) (*Login, error) {
	provider, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	l := &Login{
		prefix: tornado.CleanPrefix(prefix), seal: s, done: done, ctx: context.WithoutCancel(ctx), logger: slog.Default(),
		verifier: provider.Verifier(&oidc.Config{ClientID: p.ClientID}),
		flow: oauth2.Config{
			ClientID: p.ClientID, ClientSecret: p.Secret, RedirectURL: p.Redirect, Endpoint: provider.Endpoint(), Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
		},
	}
	for _, opt := range opts {
		opt(l)
	}
	return l, nil
}

// start is the path that a login begins at.
func (l *Login) start() string { return cmp.Or(l.prefix, "/") }

// At mounts l on a server, at its prefix.
func (l *Login) At() tornado.Option { return tornado.WithMount(l.start(), l) }

const (
	loginCookie = "login" // and a digit
	loginTime   = 10 * time.Minute
	maxLogins   = 8    // of one browser at a time: one that opens its tabs again begins a login in each
	maxTo       = 1024 // bytes of the path to come back to: a cookies.Jar makes 2.1 KiB of it and what stands beside
	maxSealed   = 2560 // bytes of a cookie: eight of them leave 12 KiB of the 32 KiB of a head to all else
)

// cookieOf is the name of the cookie of a login, by its state, whose first character is a digit.
func cookieOf(state string) (name string, ok bool) {
	if state == "" || state[0] < '0' || state[0] >= '0'+maxLogins {
		return "", false
	}
	return loginCookie + state[:1], true
}

// newState is the state of a login that begins: one whose cookie the browser does not have yet, or any if it has all of them.
func newState(r *http.Request) string {
	var free []string
	for i := range maxLogins {
		digit := strconv.Itoa(i)
		if _, err := r.Cookie(loginCookie + digit); err != nil {
			free = append(free, digit)
		}
	}
	secret := rand.Text()
	at := int(secret[0]) // tabs that begin at once do not see one another
	if len(free) == 0 {
		return strconv.Itoa(at%maxLogins) + secret
	}
	return free[at%len(free)] + secret
}

// journey is what is remembered while the browser is with the provider.
type journey struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	To       string `json:"-"` // behind the rest: JSON would make six bytes of each &, and a cookie has few
	Until    int64  `json:"u"`
}

// text is JSON, which has no line feed, then one, and the path.
func (j *journey) text() ([]byte, error) {
	known, err := json.Marshal(j)
	return slices.Concat(known, []byte("\n"), []byte(j.To)), err
}

// read reads what text has made.
func (j *journey) read(text []byte) error {
	known, to, ok := bytes.Cut(text, []byte("\n"))
	if !ok {
		return errState
	}
	j.To = string(to)
	return json.Unmarshal(known, j)
}

// ServeHTTP serves the two paths.
func (l *Login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "a login begins by GET", http.StatusMethodNotAllowed)
	case r.URL.Path == l.start():
		l.begin(w, r)
	case r.URL.Path == l.prefix+"/callback":
		l.end(w, r)
	default:
		http.NotFound(w, r)
	}
}

// begin sends the browser to the provider.
func (l *Login) begin(w http.ResponseWriter, r *http.Request) {
	j := journey{State: newState(r), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: local(r.URL.Query().Get("to")), Until: time.Now().Add(loginTime).Unix()}
	name, _ := cookieOf(j.State) // it has one
	sealed, err := l.sealed(name, &j)
	if err != nil || len(sealed) > maxSealed {
		j.To = "/"
		sealed, err = l.sealed(name, &j)
	}
	if err == nil {
		l.remember(w, name, sealed, int(loginTime/time.Second))
		ask := append(slices.Clone(l.ask), oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier))
		http.Redirect(w, r, l.flow.AuthCodeURL(j.State, ask...), http.StatusFound)
		return
	}
	l.logger.Error("login cannot begin", "error", err)
	http.Error(w, "the login cannot begin", http.StatusInternalServerError)
}

// sealed is the value of the cookie of that name.
func (l *Login) sealed(name string, j *journey) (string, error) {
	plain, err := j.text()
	if err != nil {
		return "", err
	}
	return l.seal.Seal(name, plain)
}

func (l *Login) remember(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: l.start(), MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(l.flow.RedirectURL, "https:"),
	})
}

// local is a path of this service, "/" for anything else: nobody is to be sent elsewhere by a link to the login.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || len(to) > maxTo || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

var errState = errors.New("the browser comes back from a login that did not begin here, that another one has overtaken, or too late")

// end takes the browser back.
func (l *Login) end(w http.ResponseWriter, r *http.Request) {
	name, _ := cookieOf(r.URL.Query().Get("state"))
	j, spent, err := l.recall(r, name)
	if spent {
		l.remember(w, name, "", -1)
	}
	if err == nil {
		var u User
		if u, err = l.exchange(r, j); err == nil {
			if err = l.done(w, r, u); err == nil {
				http.Redirect(w, r, j.To, http.StatusSeeOther)
				return
			}
			l.logger.Error("login cannot be kept", "error", err)
			http.Error(w, "the login cannot be kept", http.StatusInternalServerError)
			return
		}
	}
	l.logger.Warn("login failed", "error", err)
	http.Error(w, "the login has failed; please try again", http.StatusForbidden)
}

// recall reads what is remembered in the cookie of that name. spent says that the cookie is of no use any more. That of another login still
// is: of one that has overtaken this one, or that a forged link would end.
func (l *Login) recall(r *http.Request, name string) (j journey, spent bool, err error) {
	c, err := r.Cookie(name)
	if err != nil {
		return j, false, errState
	}
	plain, err := l.seal.Open(name, c.Value)
	if err != nil || j.read(plain) != nil || time.Now().Unix() >= j.Until {
		return j, true, errState
	}
	query := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(j.State)) != 1 {
		return j, false, errState
	}
	if refused := query.Get("error"); refused != "" {
		return j, true, fmt.Errorf("the provider refuses: %.100q %.300q", refused, query.Get("error_description"))
	}
	return j, true, nil
}

// exchange gets the tokens for the code that the browser brings.
func (l *Login) exchange(r *http.Request, j journey) (User, error) {
	ctx := r.Context()
	if client, ok := l.ctx.Value(oauth2.HTTPClient).(*http.Client); ok {
		ctx = oidc.ClientContext(ctx, client)
	}
	token, err := l.flow.Exchange(ctx, r.URL.Query().Get("code"), oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return User{}, err
	}
	text, _ := token.Extra("id_token").(string)
	id, err := l.verifier.Verify(ctx, text)
	if err != nil {
		return User{}, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(j.Nonce)) != 1 {
		return User{}, errors.New("the id token is of another login")
	}
	c := &Claims{Subject: id.Subject, Issuer: id.Issuer, Audience: id.Audience, Expires: id.Expiry}
	if err := id.Claims(&c.JSON); err != nil {
		return User{}, err
	}
	return User{c, token}, nil
}
