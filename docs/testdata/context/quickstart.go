// document: notesapi testdata/notes.yaml
package guide

func newClient(t *testing.T) *notesapi.Client
