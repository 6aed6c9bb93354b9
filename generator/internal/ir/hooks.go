package ir

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// The words of webhooks and callbacks in names.
const (
	webhookWord  = "Webhook"
	callbackWord = "Callback"
)

// hookGroup is what webhooks and callbacks differ in.
type hookGroup struct {
	word       string // "Webhook"
	what       string // "webhooks"
	operations []*spec.Operation
	names      map[*spec.Operation]string // of operations without an operationId
	paths      map[*spec.Operation]string // where they are served unless an option says otherwise
}

func (g *hookGroup) nameOf(op *spec.Operation) string {
	if op.ID != "" {
		return op.ID
	}
	return g.names[op]
}

// baseOf is what the callbacks of op are named after.
func (g *hookGroup) baseOf(op *spec.Operation) string {
	return naming.Exported(strings.TrimSuffix(nameOr(op.Extensions, g.nameOf(op)), g.word))
}

// hookOf is the group that an operation is of, nil for one that the API answers.
func (b *builder) hookOf(op *spec.Operation) *hookGroup {
	for _, g := range b.hooks {
		if _, found := g.names[op]; found {
			return g
		}
	}
	return nil
}

// phaseShift is beyond the number of schemas of any document.
const phaseShift = 24

// hookPhase is where the types of an operation are printed: behind those of components and of the operations that the API answers.
func (b *builder) hookPhase(op *spec.Operation) int { return slices.Index(b.hooks, b.hookOf(op)) + 1 }

func newHookGroup(word, what string) *hookGroup {
	return &hookGroup{word: word, what: what, names: make(map[*spec.Operation]string), paths: make(map[*spec.Operation]string)}
}

// add enters an operation, and reports whether it was not there: it keeps the name and the path of its first mention. Several methods of one
// key are told apart.
func (g *hookGroup) add(op *spec.Operation, name, path string, several bool) bool {
	if _, known := g.names[op]; known {
		return false
	}
	g.operations = append(g.operations, op)
	if several {
		name = naming.Exported(strings.ToLower(op.Method)) + naming.Part(name)
	}
	g.names[op] = name + g.word
	free := func(path string) bool {
		return !slices.ContainsFunc(g.operations, func(other *spec.Operation) bool { return g.paths[other] == path && other.Method == op.Method })
	}
	unique := path
	for i := 2; !free(unique); i++ {
		unique = path + "-" + strconv.Itoa(i)
	}
	g.paths[op] = unique
	return true
}

// callbackBase is what the addresses of the callbacks of op are named after: its name, without the word of a webhook or a callback.
func (b *builder) callbackBase(op *Operation) string {
	if g := b.hookOf(op.Source); g != nil {
		return strings.TrimSuffix(op.Name, g.word)
	}
	return op.Name
}

func (b *builder) webhooks() *hookGroup {
	g := newHookGroup(webhookWord, "webhooks")
	count := make(map[string]int)
	for _, op := range b.api.Webhooks {
		count[op.Key]++
	}
	for _, op := range b.api.Webhooks {
		g.add(op, op.Key, hookPath(op.Key), count[op.Key] > 1)
	}
	return g
}

// addCallbacks enters the callbacks of an operation, which are named after it, and returns those that were not there.
func (g *hookGroup) addCallbacks(source *spec.Operation, name string) (added []*spec.Operation) {
	count := make(map[string]int)
	for _, c := range source.Callbacks {
		count[c.Name] += len(c.Operations)
	}
	for _, c := range source.Callbacks {
		for _, op := range c.Operations {
			if g.add(op, name+naming.Part(c.Name), hookPath(naming.Unexported(name), c.Name), count[c.Name] > 1) {
				added = append(added, op)
			}
		}
	}
	return added
}

// hookPath is a path of segments that no router takes for variables.
func hookPath(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString("/" + strings.NewReplacer("{", "", "}", "").Replace(url.PathEscape(strings.Trim(s, "/"))))
	}
	return b.String()
}

// nameHooks names what webhooks and callbacks have in common, whether there are some or not: before anything of an operation is named,
// so that none renames it.
func (b *builder) nameHooks() {
	b.hookNames = make(map[string]*Hooks)
	for _, word := range []string{webhookWord, callbackWord} {
		b.hookNames[word] = &Hooks{
			Sender: b.scope.Take(word + "s"), NewSender: b.scope.Take("New" + word + "s"),
			Handler: b.scope.Take(word + "Handler"), Unimplemented: b.scope.Take(unimplemented + word + "Handler"),
			New: b.scope.Take("New" + word + "API"),
			Security: &Security{
				Authenticator: b.scope.Take(word + authenticator), Unimplemented: b.scope.Take(unimplemented + word + authenticator),
				Add: b.scope.Take("add" + word + "Security"),
			},
		}
	}
}

// buildHooks plans what operations have in common that the API itself calls.
func (b *builder) buildHooks() {
	b.pkg.Every = slices.Clone(b.pkg.Operations)
	for _, g := range b.hooks {
		if len(g.operations) == 0 {
			continue
		}
		h := b.hookNames[g.word]
		h.File = strings.ToLower(g.word) + "s_gen.go"
		h.SenderDoc = h.Sender + " calls the " + g.what + " of the API, each at the address of whoever has subscribed. It is safe for concurrent use."
		h.HandlerDoc = h.Handler + " answers the " + g.what + " of the API.\nIts methods are called concurrently, each on the goroutine of its request."
		h.NewDoc = h.New + " gives the API that receives the " + g.what + ", which h answers. Each is served below the path of its descriptor, or that of tornado.WithOperationPath."
		h.Security = b.buildSecurity(h.Security, g.operations)
		for _, source := range g.operations {
			h.Operations = append(h.Operations, b.planned[source])
		}
		b.pkg.Hooks = append(b.pkg.Hooks, h)
		b.pkg.Every = append(b.pkg.Every, h.Operations...)
	}
}

// notOfHooks says why webhooks and callbacks have none of the extensions that other operations have.
var notOfHooks = map[string]string{
	extensionCORS:        "no page calls webhooks and callbacks",
	extensionPage:        "webhooks and callbacks have no pages",
	spec.ExtensionSocket: "webhooks and callbacks open none",
}

// reportHookExtensions tells of the extensions that webhooks and callbacks do not have, and of all that stand above them.
func (b *builder) reportHookExtensions() {
	for _, op := range b.pkg.Every {
		if op.Source.Key == "" {
			continue
		}
		for _, e := range op.Source.Own {
			if why, not := notOfHooks[e.Name]; not {
				b.badExtension(e.Loc, e.Name, why)
			}
		}
		for _, e := range op.Source.OfPath {
			b.badExtension(e.Loc, e.Name, cmp.Or(notOfHooks[e.Name], "webhooks and callbacks have none of this name above their operations"))
		}
	}
}
