package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/tornadogen/tornadogen/examples/upload/uploadapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// folder answers every operation of the API.
type folder struct{ root *os.Root }

// unfinished begins the names of files whose content is on its way. No file of the API begins with a dot.
const unfinished = ".upload-"

func (f *folder) ListFiles(context.Context, uploadapi.ListFilesRequest) ([]uploadapi.File, error) {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	files := []uploadapi.File{}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !isName(info.Name()) {
			continue // it has gone meanwhile, or is none of ours
		}
		files = append(files, uploadapi.File{Name: info.Name(), Size: info.Size()})
	}
	return files, nil
}

// PutFile stores the body while it comes.
func (f *folder) PutFile(_ context.Context, req uploadapi.PutFileRequest) (*uploadapi.File, error) {
	file, err := f.store(req.Name, req.Body, true)
	return &file, err
}

// AddFiles stores each file of the form while it comes. Those that were stored before one is refused stay.
func (f *folder) AddFiles(_ context.Context, req uploadapi.AddFilesRequest) ([]uploadapi.File, error) {
	files := []uploadapi.File{}
	for part, err := range req.Body {
		if err != nil {
			return nil, err
		}
		if part.File == nil {
			continue
		}
		name := part.File.Name // without folders, and still what the sender chose
		if !isName(name) {
			return nil, uploadapi.AddFilesUnprocessableEntity{Body: uploadapi.Problem{Title: fmt.Sprintf("%q is no name for a file here", name)}}
		}
		file, err := f.store(name, part.File, part.Fields.Replace.Value())
		if errors.Is(err, fs.ErrExist) {
			return nil, uploadapi.AddFilesConflict{Body: uploadapi.Problem{Title: fmt.Sprintf("there is a file %q already", name)}}
		}
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// GetFile sends the file as fast as the client takes it.
func (f *folder) GetFile(_ context.Context, req uploadapi.GetFileRequest, out *tornado.ByteStream) error {
	file, err := f.root.Open(req.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return uploadapi.GetFileNotFound{Body: noSuchFile(req.Name)}
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	out.SetSize(info.Size())
	_, err = io.Copy(out, file)
	return err
}

func (f *folder) DeleteFile(_ context.Context, req uploadapi.DeleteFileRequest) error {
	err := f.root.Remove(req.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return uploadapi.DeleteFileNotFound{Body: noSuchFile(req.Name)}
	}
	return err
}

// store writes a file under another name, and gives it its own once it is whole: an upload that is cut off leaves nothing. Its
// error is fs.ErrExist where there is a file that must not be replaced.
func (f *folder) store(name string, content io.Reader, replace bool) (stored uploadapi.File, err error) {
	temporary := unfinished + rand.Text()
	file, err := f.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return stored, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.root.Remove(temporary))
		}
	}()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), content)
	if err = errors.Join(err, file.Close()); err != nil {
		return stored, err
	}
	if replace {
		err = f.root.Rename(temporary, name)
	} else if err = f.root.Link(temporary, name); err == nil { // which fails where the name is taken
		err = f.root.Remove(temporary)
	}
	return uploadapi.File{Name: name, Size: size, SHA256: tornado.Some(hex.EncodeToString(sum.Sum(nil)))}, err
}

// isName says of a name that the document does not check what FileName in it says.
func isName(name string) bool {
	return name != "" && len(name) <= 100 && name[0] != '.' && !strings.ContainsAny(name, `/\`)
}

func noSuchFile(name string) uploadapi.Problem {
	return uploadapi.Problem{Title: fmt.Sprintf("there is no file %q", name)}
}
