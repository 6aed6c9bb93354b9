package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/generator"
)

// note is one thing that sync did, or found in the files of the user.
type note struct {
	Kind    string `json:"kind"` // one of the kinds below
	File    string `json:"file"`
	Line    int    `json:"line"`
	Type    string `json:"type"`
	Method  string `json:"method"`
	Message string `json:"message"`

	in     *userFile // where something was found, nil for what sync adds
	offset int       // there
}

// The kinds of notes. Those that the compiler refuses, too, end sync with exit code 1.
const (
	noteAdded     = "added"
	noteEmbedded  = "embedded"
	noteChanged   = "changed"   // another signature than the document gives: the compiler refuses it
	noteMoved     = "moved"     // to the handler of another tag: the compiler refuses it
	noteRenamed   = "renamed"   // the method of an operation that has another name now: the compiler refuses it
	noteGone      = "gone"      // an interface that the package has no more: the compiler refuses it
	noteTodo      = "todo"      // a type that nothing uses yet: the compiler refuses the place where it belongs
	noteOrphan    = "orphan"    // a method for no operation
	noteUnwritten = "unwritten" // operations that an embedded Unimplemented... answers
)

// hurts tells whether the service does not compile until somebody has done what the note says.
func (n note) hurts() bool {
	return slices.Contains([]string{noteChanged, noteMoved, noteRenamed, noteGone, noteTodo}, n.Kind)
}

// did tells whether the note is about what sync wrote itself.
func (n note) did() bool { return n.Kind == noteAdded || n.Kind == noteEmbedded }

func newSync() *cobra.Command {
	var s settings
	var show bool
	cmd := &cobra.Command{
		Use:   "sync [SPEC] --out DIR",
		Short: "Add the methods that your handlers lack, and tell which no longer fit",
		Long: `sync holds the files of your handlers against the document. It adds each method that is missing, answering 501 until you write it,
behind the others of its type; for a new tag it writes a file with a type of its own, and embeds that where the other types
are. It changes nothing else: no body, no signature, no comment. What it finds it tells with file and line:

  changed    a method whose signature is not the one of the document any more
  moved      a method whose operation has another first tag now
  renamed    a method whose operation has another name now, by what its comment says it answers
  gone       an interface of a tag that has no operation any more
  orphan     a method for which there is no operation any more
  unwritten  operations that an embedded Unimplemented... of the package answers

Handlers are found by the interfaces of the package that they are declared to implement (var _ petapi.PetsHandler =
(*pets)(nil)), and else by their methods. They may lie in the package of --handlers and in those that it embeds types of. Run
tornadogen generate for the package itself.

It exits with 1 when the service does not compile until you have done something: what was changed, moved, renamed or is gone. With
--diff it writes nothing, prints what it would add as a unified diff, and exits with 1 when there is anything; with --format json
or github it prints the notes in the place of the diff.`,
		Example: `  tornadogen sync openapi.yaml --out petapi
  tornadogen sync                                    # all of it from tornadogen.yaml
  tornadogen sync --handlers internal/shop --format github
  tornadogen sync --diff                             # write nothing`,
		Args: args(0, 1, ""),
	}
	s.flags(cmd, append([]string{"out", "package", "handlers"}, typeKeys...)...)
	cmd.Flags().BoolVar(&show, "diff", false, "write nothing: print what would be added as a unified diff")
	f := formatFlag(cmd, "text", "json", "github")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		y, err := s.sync(cmd, f, args)
		if err != nil {
			return err
		}
		if show {
			return y.show(cmd, f)
		}
		if err := y.write(); err != nil {
			return err
		}
		if err := y.tell(cmd, f.value, "notice"); err != nil {
			return err
		}
		if slices.ContainsFunc(y.notes, note.hurts) {
			return errTold
		}
		return nil
	}
	return cmd
}

// sync finds out what is to be done.
func (s *settings) sync(cmd *cobra.Command, f *choice, args []string) (*syncer, error) {
	if err := s.completePackage(cmd, args); err != nil {
		return nil, err
	}
	s.Only = []string{generator.OnlyServer}
	c, err := s.compile()
	if err != nil {
		return nil, err
	}
	if err := tellErrors(cmd, f, c.findings); err != nil {
		return nil, err
	}
	if c.files == nil {
		return nil, refuseBeside(s, f, c.findings, "correct the document; nothing was written")
	}
	o, err := outlineOf(c.files, s.Package)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Spec, err)
	}
	o.findSources(c)
	dir := s.Handlers
	if dir == "" {
		dir = "."
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("%s: %s: %w; name the folder of your handlers", s.place("handlers"), dir, cause(err))
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s: %s is no folder; name the folder of your handlers", s.place("handlers"), dir)
	}
	generated, err := importPathOf(s.Out)
	if err != nil {
		return nil, err
	}
	code := &userCode{generated: generated, pkg: s.Package, packages: map[string]*userPackage{}}
	own, err := code.load(dir)
	if err != nil {
		return nil, err
	}
	y := &syncer{outline: o, code: code, own: own, spec: s.Spec, edits: map[*userFile][]edit{}}
	return y, y.run()
}

// sorted are the notes by their places.
func (y *syncer) sorted() []note {
	list := slices.Clone(y.notes)
	slices.SortStableFunc(list, func(a, b note) int { return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line) })
	return list
}

// tell prints the notes. did is the level, for GitHub, of those about what sync adds.
func (y *syncer) tell(cmd *cobra.Command, format, did string) error {
	w := cmd.OutOrStdout()
	list := y.sorted()
	switch format {
	case "json":
		if list == nil {
			list = []note{}
		}
		return printJSON(w, list)
	case "github":
		for _, n := range list {
			level := "warning"
			switch {
			case n.hurts():
				level = "error"
			case n.did():
				level = did
			}
			if _, err := fmt.Fprintf(w, "::%s file=%s,line=%d,title=sync-%s::%s\n", level, githubProperty.Replace(n.File), n.Line,
				n.Kind, githubMessage.Replace(n.Message)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, n := range list {
		if _, err := fmt.Fprintf(w, "%s:%d: %s: %s\n", n.File, n.Line, n.Kind, n.Message); err != nil {
			return err
		}
	}
	return nil
}

// show prints what write would do, and what else is to be done.
func (y *syncer) show(cmd *cobra.Command, f *choice) error {
	changed := y.changed()
	show := y.showDiff
	if f.value != "text" {
		show = func(cmd *cobra.Command, _ []change) error { return y.tell(cmd, f.value, "error") }
	}
	if err := show(cmd, changed); err != nil {
		return err
	}
	if len(changed) > 0 || slices.ContainsFunc(y.notes, note.hurts) {
		return errTold
	}
	return nil
}

// showDiff prints changes as a unified diff, and the notes of what they do not mend to standard error.
func (y *syncer) showDiff(cmd *cobra.Command, changed []change) error {
	for _, c := range changed {
		path := strings.TrimPrefix(filepath.ToSlash(c.name), "/")
		from := "a/" + path
		if c.old == nil {
			from = "/dev/null"
		}
		if _, err := cmd.OutOrStdout().Write(diff.Diff(from, c.old, "b/"+path, c.new)); err != nil {
			return err
		}
	}
	for _, n := range y.sorted() {
		if n.did() {
			continue
		}
		if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: %s: %s\n", n.File, n.Line, n.Kind, n.Message); err != nil {
			return err
		}
	}
	return nil
}

// write writes what was added. Each file is complete before it takes the place of the one that was read.
func (y *syncer) write() error {
	for _, c := range y.changed() {
		mode := os.FileMode(0o666)
		if info, err := os.Stat(c.name); err == nil {
			mode = info.Mode().Perm()
		}
		if err := replaceFile(c.name, c.new, mode); err != nil {
			return fmt.Errorf("%s: cannot be written: %w; correct that and run again", c.name, cause(err))
		}
	}
	for _, p := range y.packages() {
		if err := removeUnfinished(filepath.Clean(p.dir)); err != nil {
			return err
		}
	}
	y.shift()
	return nil
}
