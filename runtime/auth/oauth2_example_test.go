package auth_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"time"

	"golang.org/x/oauth2"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/sessions"
)

// A hub lets people log in with a provider that speaks OAuth 2.0 and no OpenID Connect, as GitHub does: the authorization code flow
// (RFC 6749 section 4.1) with PKCE (RFC 7636).
type hub struct {
	oauth2.Config
	api string // that tells whose a token is
}

// account is what the API of the provider says of who has logged in.
type account struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
}

// begun is what a session remembers while the browser is with the provider.
type begun struct{ State, Verifier string }

// begin sends the browser to the provider.
func (h *hub) begin(w http.ResponseWriter, r *http.Request) {
	login := begun{State: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	if err := sessions.From(r.Context()).Set("login", login); err != nil {
		http.Error(w, "the login cannot begin", http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, h.AuthCodeURL(login.State, oauth2.S256ChallengeOption(login.Verifier)), http.StatusFound)
}

// end takes the browser back. A login that did not begin in this session is refused (RFC 6749 section 10.12).
func (h *hub) end(w http.ResponseWriter, r *http.Request) {
	session := sessions.From(r.Context())
	var login begun
	if !session.Get("login", &login) || r.FormValue("state") != login.State {
		http.Error(w, "this login did not begin here; please try again", http.StatusForbidden)
		return
	}
	session.Delete("login") // it is good for one time
	who, err := h.account(r, login.Verifier)
	if err != nil {
		log.Print("login: ", err)
		http.Error(w, "the login has failed; please try again", http.StatusForbidden)
		return
	}
	session.Renew() // nobody who knew the id before is logged in by it
	if err := session.Set("user", who.ID); err != nil {
		http.Error(w, "the login cannot be kept", http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// account gets a token for the code that the browser brings, and asks whose it is.
func (h *hub) account(r *http.Request, verifier string) (who account, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	token, err := h.Exchange(ctx, r.FormValue("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return who, err
	}
	res, err := h.Client(ctx, token).Get(h.api)
	if err != nil {
		return who, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return who, fmt.Errorf("%s: %s", h.api, res.Status)
	}
	err = json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&who)
	return who, err
}

// home is a page that knows who is looking at it.
func home(w http.ResponseWriter, r *http.Request) {
	var id int64
	if !sessions.From(r.Context()).Get("user", &id) {
		http.Error(w, "please log in", http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, "welcome, user %d", id)
}

// Where there is no OpenID Connect, golang.org/x/oauth2 has the flow, and a session remembers the rest.
func Example_oauth2() {
	provider := httptest.NewServer(newProvider())
	defer provider.Close()

	h := &hub{api: provider.URL + "/user"} // https://api.github.com/user
	h.ClientID, h.ClientSecret = "shop", "secret"
	h.Endpoint = oauth2.Endpoint{AuthURL: provider.URL + "/authorize", TokenURL: provider.URL + "/token"} // endpoints.GitHub
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", h.begin)
	mux.HandleFunc("GET /login/callback", h.end)
	mux.HandleFunc("GET /{$}", home)
	manager := sessions.InStore(sessions.NewMemory())
	shop := httptest.NewServer(tornado.NewServer(tornado.WithMount("/", manager.Handler(mux))).HTTPHandler())
	defer shop.Close()
	h.RedirectURL = shop.URL + "/login/callback"

	jar, err := cookiejar.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	browser := http.Client{Jar: jar}
	for _, path := range []string{"/", "/login", "/", "/login/callback?code=stolen&state=guessed"} {
		res, err := browser.Get(shop.URL + path)
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		fmt.Printf("%d %q %v\n", res.StatusCode, text, err)
	}
	// Output:
	// 401 "please log in\n" <nil>
	// 200 "welcome, user 7" <nil>
	// 200 "welcome, user 7" <nil>
	// 403 "this login did not begin here; please try again\n" <nil>
}

// newProvider stands in for GitHub: it lets everybody in as mia, who comes with the challenge, and later with what it was made of.
func newProvider() http.Handler {
	challenge := ""
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		challenge = r.FormValue("code_challenge")
		http.Redirect(w, r, r.FormValue("redirect_uri")+"?code=once&state="+r.FormValue("state"), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if challenge == "" || oauth2.S256ChallengeFromVerifier(r.FormValue("code_verifier")) != challenge || r.FormValue("code") != "once" {
			http.Error(w, `{"error": "invalid_grant"}`, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token": "token", "token_type": "bearer"}`)
	})
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"id": 7, "login": "mia"}`)
	})
	return mux
}
