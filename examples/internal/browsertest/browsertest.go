// Package browsertest drives pages in a real browser, Chromium, and holds them to what every page of the project keeps: it asks no
// other host, writes no error on the console, fits the window, and has texts that can be read against what is behind them.
package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Eventually bounds how long anything is awaited.
const Eventually = 60 * time.Second

// patience is how long pages wait between two looks at a condition.
const patience = 20 * time.Millisecond

// Look is how a window presents itself to a page.
type Look struct {
	Name          string
	Width, Height int64 // of the viewport, in CSS pixels
	Scale         float64
	Touch         bool
	Dark          bool // prefers-color-scheme
}

// The looks in which pages are tried.
var (
	Desktop     = Look{Name: "desktop-light", Width: 1280, Height: 900, Scale: 1}
	DesktopDark = Look{Name: "desktop-dark", Width: 1280, Height: 900, Scale: 1, Dark: true}
	Phone       = Look{Name: "phone-light", Width: 390, Height: 844, Scale: 2, Touch: true}
	PhoneDark   = Look{Name: "phone-dark", Width: 390, Height: 844, Scale: 2, Touch: true, Dark: true}
	Looks       = []Look{Desktop, DesktopDark, Phone, PhoneDark}
)

// Window is one window of a browser. Its methods fail the test, and belong to its goroutine.
type Window struct {
	t    *testing.T
	ctx  context.Context
	look Look

	mu      sync.Mutex
	asked   []string // guarded by mu; URLs of requests
	console []string // guarded by mu; errors and warnings
}

// Open starts a browser, which ends with the test, and returns its first window.
func Open(t *testing.T, look Look) *Window {
	t.Helper()
	path := Path(t)
	bounded, stop := context.WithTimeout(context.Background(), 4*Eventually)
	t.Cleanup(stop)
	// The pages come from this process, and as root Chromium has no sandbox.
	return open(t, bounded, look, chromedp.WithAllocatorOptions(chromedp.ExecPath(path), chromedp.NoSandbox))
}

// Beside opens another window in the same browser.
func (w *Window) Beside(look Look) *Window {
	w.t.Helper()
	return open(w.t, w.ctx, look)
}

func open(t *testing.T, parent context.Context, look Look, opts ...chromedp.ContextOption) *Window {
	t.Helper()
	ctx, stop := chromedp.NewContext(parent, opts...)
	t.Cleanup(stop)
	w := &Window{t: t, ctx: ctx}
	require.NoError(t, chromedp.Listen(ctx, w.hear), "Chromium starts")
	w.Look(look)
	return w
}

// Path finds Chromium. Where tests must not be left out, as in CI, it has to be there.
func Path(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium is installed: apt-get install chromium")
	}
	t.Skip("no Chromium is installed: apt-get install chromium")
	return ""
}

// hear keeps what a page asks for and complains about.
func (w *Window) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked = append(w.asked, e.Request.URL)
	case *network.EventWebSocketCreated:
		w.asked = append(w.asked, e.URL)
	case *cdruntime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		w.console = append(w.console, "exception: "+text)
	case *cdruntime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			said := []string{string(e.Type) + ":"}
			for _, arg := range e.Args {
				said = append(said, string(arg.Value)+arg.Description)
			}
			w.console = append(w.console, strings.Join(said, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			w.console = append(w.console, string(e.Entry.Level)+": "+e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// Do runs actions of chromedp.
func (w *Window) Do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.ctx, Eventually)
	defer stop()
	require.NoError(w.t, chromedp.Do(ctx, steps...))
}

// Look changes how the window presents itself.
func (w *Window) Look(look Look) {
	w.t.Helper()
	w.look = look
	viewport := []chromedp.EmulateViewportOption{chromedp.EmulateScale(look.Scale)}
	if look.Touch {
		viewport = append(viewport, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	w.Do(chromedp.EmulateViewport(look.Width, look.Height, viewport...))
	scheme := "light"
	if look.Dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // colours do not fade while they are measured
	}})
	require.NoError(w.t, err)
}

// Visit opens a page and waits until it is loaded.
func (w *Window) Visit(address string) {
	w.t.Helper()
	w.Do(chromedp.Navigate(address))
}

// VisitSoon is Visit for a page that is not served yet.
func (w *Window) VisitSoon(address string) {
	w.t.Helper()
	deadline := time.Now().Add(Eventually)
	for {
		err := chromedp.Do(w.ctx, chromedp.Navigate(address))
		if err == nil {
			return
		}
		require.True(w.t, time.Now().Before(deadline), "%s: %v", address, err)
		time.Sleep(patience)
	}
}

// Await waits until a condition, an expression of JavaScript, holds in the page.
func (w *Window) Await(condition string) {
	w.t.Helper()
	deadline := time.Now().Add(Eventually)
	for {
		got, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		if err == nil && got {
			return
		}
		if time.Now().After(deadline) {
			w.Picture("never")
			require.NoError(w.t, err, condition)
			require.Fail(w.t, "never comes true: "+condition, "console: %q", w.Console())
		}
		time.Sleep(patience)
	}
}

// Text is the text of the first element of a selector.
func (w *Window) Text(selector string) string {
	w.t.Helper()
	return Eval[string](w, "document.querySelector("+quote(selector)+")?.innerText ?? ''")
}

// Click waits for the first element of a selector, and clicks on it wherever it is.
func (w *Window) Click(selector string) {
	w.t.Helper()
	w.Await("document.querySelector(" + quote(selector) + ")")
	w.Do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// Type writes into the first element of a selector at once, in place of what stands there.
func (w *Window) Type(selector, text string) {
	w.t.Helper()
	w.Await("document.querySelector(" + quote(selector) + ")")
	w.Do(chromedp.Focus(chromedp.CSS(selector)))
	Eval[bool](w, "document.activeElement.select(), true")
	_, err := chromedp.Call(w.ctx, input.InsertText, input.InsertTextParams{Text: text})
	require.NoError(w.t, err)
}

// Press presses a key, as what has the focus gets it: "Enter".
func (w *Window) Press(key string) {
	w.t.Helper()
	keys := map[string]string{"Enter": "\r", "Tab": "\t", "Space": " "}
	w.Do(chromedp.KeyEvent(keys[key]))
}

// Eval is the value of an expression of JavaScript in the page.
func Eval[T any](w *Window, expression string) T {
	w.t.Helper()
	got, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](expression))
	require.NoError(w.t, err, expression)
	return got
}

// Console are the errors and warnings of the page.
func (w *Window) Console() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.console...)
}

// Forget forgets what the page has written on the console: what a test has provoked.
func (w *Window) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.console = nil
}

// Quiet demands that the page has written no error and no warning.
func (w *Window) Quiet() {
	w.t.Helper()
	assert.Empty(w.t, w.Console(), "on the console")
}

// AsksOnly demands that no request has gone to another host than those given ("127.0.0.1:8080").
func (w *Window) AsksOnly(hosts ...string) {
	w.t.Helper()
	w.mu.Lock()
	asked := append([]string(nil), w.asked...)
	w.mu.Unlock()
	require.NotEmpty(w.t, asked)
	for _, address := range asked {
		u, err := url.Parse(address)
		require.NoError(w.t, err)
		if u.Scheme != "data" && u.Scheme != "blob" && u.Scheme != "about" {
			assert.Contains(w.t, hosts, u.Host, "the page asks another host: %s", address)
		}
	}
}

//go:embed measure.js
var measure string

// Legible demands that the page does not scroll sideways, and that its visible texts have the contrast of WCAG 2.1, level AA: 4.5 to 1, and
// 3 to 1 where they are large.
func (w *Window) Legible() {
	w.t.Helper()
	var found struct {
		Texts int      // that were measured
		Poor  []string // those that are hard to read
		Wide  []string // elements that are wider than the window, if the page is
	}
	require.NoError(w.t, json.Unmarshal([]byte(Eval[string](w, measure)), &found))
	assert.NotZero(w.t, found.Texts)
	assert.Empty(w.t, found.Poor, "%s: contrast", w.look.Name)
	assert.Empty(w.t, found.Wide, "%s: scrolls sideways", w.look.Name)
}

// Picture keeps what the window shows, whole, as NAME-LOOK.png in the folder artifacts of the project.
func (w *Window) Picture(name string) {
	w.t.Helper()
	_, file, _, ok := runtime.Caller(0)
	require.True(w.t, ok)
	folder := filepath.Join(filepath.Dir(file), "..", "..", "..", "artifacts")
	require.NoError(w.t, os.MkdirAll(folder, 0o750))
	picture, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	require.NoError(w.t, err)
	require.NoError(w.t, os.WriteFile(filepath.Join(folder, name+"-"+w.look.Name+".png"), picture, 0o600))
}

func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""` // a string always can be written
	}
	return string(b)
}
