package suite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// JSON posts each text of folder/json to the operation at addr that sends any JSON back.
func JSON(addr, folder string) (Result, error) {
	dir, err := os.MkdirTemp("", "json")
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	archive := filepath.Join(folder, "json", "test_parsing.tar.xz")
	if out, err := exec.Command("tar", "-xJf", archive, "-C", dir).CombinedOutput(); err != nil {
		return Result{}, fmt.Errorf("%s: %w: %s", archive, err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "test_parsing", "*.json"))
	if err != nil {
		return Result{}, err
	}
	b := newBoard("JSON texts", "JSONTestSuite", nil)
	each(files, 8, func(file string) { b.add(filepath.Base(file), postJSON(addr, file)) })
	return b.close(), nil
}

// postJSON sends a text: y_ must be taken and come back as it was, n_ be refused, i_ either.
func postJSON(addr, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	res, err := http.Post("http://"+addr+"/json", "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	back, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	name := filepath.Base(file)
	switch taken := res.StatusCode == http.StatusOK; {
	case !taken && res.StatusCode != http.StatusBadRequest:
		return fmt.Errorf("status %d", res.StatusCode)
	case taken && strings.HasPrefix(name, "n_"), !taken && strings.HasPrefix(name, "y_"):
		return fmt.Errorf("status %d: %.200s", res.StatusCode, back)
	case taken && !sameJSON(text, back):
		return fmt.Errorf("came back as %.200s", back)
	}
	return nil
}

func sameJSON(a, b []byte) bool {
	var one, two bytes.Buffer
	return json.Compact(&one, a) == nil && json.Compact(&two, b) == nil && bytes.Equal(one.Bytes(), two.Bytes())
}
