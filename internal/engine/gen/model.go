package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// sdk is the last version of the module that contains AWS's API models.
const sdk = "github.com/aws/aws-sdk-go@v1.55.8"

// locateModule downloads the SDK with the go command and returns the folder of its models. It
// runs the go command outside of our own module, so that go.mod does not change.
func locateModule(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", sdk)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.Output()
	var found struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &found); err != nil || jsonErr != nil || found.Dir == "" {
		return "", fmt.Errorf("download %s: %w %s", sdk, err, found.Error)
	}
	return filepath.Join(found.Dir, "models"), nil
}

// An awsModel is an API model of AWS.
type awsModel struct {
	metadata, operations, shapes, pagination *document.Object
}

// readModule reads the model of a service from the SDK's module.
func readModule(dir, service string) (*awsModel, error) {
	return readModel(filepath.Join(dir, "apis", service), "api-2.json")
}

// readNewer reads a model from botocore. It adds botocore's additions to AWS's paginators: the
// values that are the same on every page.
func readNewer(dir, service string) (*awsModel, error) {
	m, err := readModel(filepath.Join(dir, service), "service-2.json.gz")
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, service, "*", "paginators-1.sdk-extras.json"))
	if err != nil || len(files) == 0 {
		return m, err
	}
	extras, err := readJSON(slices.Max(files))
	if err != nil {
		return nil, err
	}
	for name := range object(object(extras, "merge"), "pagination").All() {
		if p := object(m.pagination, name); p != nil {
			for key, v := range object(object(object(extras, "merge"), "pagination"), name).All() {
				p.Set(key, v)
			}
		}
	}
	return m, nil
}

// readModel reads a file of an API. If several versions of the API have the file, it reads the
// latest version.
func readModel(dir, name string) (*awsModel, error) {
	versions, err := filepath.Glob(filepath.Join(dir, "*", name))
	if err != nil || len(versions) == 0 {
		return nil, fmt.Errorf("no %s below %s", name, dir)
	}
	path := slices.Max(versions)
	api, err := readJSON(path)
	if err != nil {
		return nil, err
	}
	m := &awsModel{object(api, "metadata"), object(api, "operations"), object(api, "shapes"), nil}
	pages, err := readJSON(filepath.Join(filepath.Dir(path), "paginators-1.json"))
	if err == nil {
		m.pagination = object(pages, "pagination")
	}
	return m, nil
}

// inputShapes returns the names of the shapes that occur in the input of the operations.
func (m *awsModel) inputShapes(operations []string) map[string]bool {
	found := make(map[string]bool)
	var reach func(o *document.Object)
	reach = func(o *document.Object) {
		if name := text(o, "shape"); name != "" && !found[name] {
			found[name] = true
			reach(object(m.shapes, name))
		}
		for _, v := range o.All() {
			if part, ok := v.(*document.Object); ok {
				reach(part)
			}
		}
	}
	for _, name := range operations {
		if op := object(m.operations, name); op != nil {
			reach(object(op, "input"))
		}
	}
	return found
}

// overlay replaces the parts of the model that newer also has.
func (m *awsModel) overlay(newer *document.Object) {
	for name, v := range object(newer, "operations").All() {
		m.operations.Set(name, v)
	}
	for name, v := range object(newer, "shapes").All() {
		m.shapes.Set(name, v)
	}
	for name, v := range object(newer, "pagination").All() {
		m.pagination.Set(name, v)
	}
}

func readJSON(path string) (*document.Object, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if b, err = io.ReadAll(z); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	v, err := document.ParseJSON(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o, ok := v.(*document.Object)
	if !ok {
		return nil, fmt.Errorf("%s: not a JSON object", path)
	}
	return o, nil
}

// object returns a member that is an object, or nil.
func object(o *document.Object, name string) *document.Object {
	v, _ := o.Get(name)
	m, _ := v.(*document.Object)
	return m
}

// text returns a member that is a string, or "".
func text(o *document.Object, name string) string {
	v, _ := o.Get(name)
	s, _ := v.(string)
	return s
}

// truth returns a member that is a boolean, or false.
func truth(o *document.Object, name string) bool {
	v, _ := o.Get(name)
	b, _ := v.(bool)
	return b
}

// texts returns a member that is a list of strings, or one string.
func texts(o *document.Object, name string) []string {
	v, _ := o.Get(name)
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}
