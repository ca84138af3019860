package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// An awsModel is an API model of AWS.
type awsModel struct {
	metadata, operations, shapes, pagination *document.Object
	waiters                                  *document.Object
}

// modelNames returns the names of the folders with models, sorted. The folders and files have the
// form of botocore's data folder: SERVICE/VERSION/service-2.json.
func modelNames(data string) ([]string, error) {
	entries, err := os.ReadDir(data)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if names == nil {
		return nil, fmt.Errorf("%s: no folders with models", data)
	}
	return names, nil
}

// readModel reads the latest version of a model, and botocore's additions to the model. The
// additions have the names NAME.sdk-extras.json.
func readModel(data, service string) (*awsModel, error) {
	dir, err := latest(data, service)
	if err != nil {
		return nil, err
	}
	api, err := readMerged(dir, "service-2")
	if err != nil {
		return nil, err
	}
	for key := range api.All() {
		if !slices.Contains(topTraits, key) {
			return nil, fmt.Errorf("%s: unknown part %s", dir, key)
		}
	}
	m := &awsModel{metadata: object(api, "metadata"), operations: object(api, "operations"), shapes: object(api, "shapes")}
	pages, err := readMerged(dir, "paginators-1")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	m.pagination = object(pages, "pagination")
	m.waiters, err = readWaiters(dir)
	return m, err
}

// topTraits lists the parts of a model.
var topTraits = []string{"version", "metadata", "operations", "shapes", "documentation", "clientContextParams", "deprecated", "deprecatedMessage", "examples"}

// latest returns the folder with the latest version of a model.
func latest(data, service string) (string, error) {
	versions, err := filepath.Glob(filepath.Join(data, service, "*", "service-2.json*"))
	if err != nil || len(versions) == 0 {
		return "", fmt.Errorf("no service-2.json below %s", filepath.Join(data, service))
	}
	return filepath.Dir(slices.Max(versions)), nil
}

// readMerged reads a file and merges botocore's additions into it.
func readMerged(dir, name string) (*document.Object, error) {
	o, err := readJSON(filepath.Join(dir, name+".json"))
	if err != nil {
		return nil, err
	}
	extras, err := readJSON(filepath.Join(dir, name+".sdk-extras.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return o, nil
	case err != nil:
		return nil, err
	}
	merge(o, object(extras, "merge"))
	return o, nil
}

// merge adds the members of extras to o, at any depth.
func merge(o, extras *document.Object) {
	for name, v := range extras.All() {
		more, isObject := v.(*document.Object)
		if old := object(o, name); isObject && old != nil {
			merge(old, more)
		} else {
			o.Set(name, v)
		}
	}
}

// readJSON reads a JSON file. If the file does not exist, it reads the file with the suffix .gz.
func readJSON(path string) (*document.Object, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = os.ReadFile(path + ".gz")
		if err == nil {
			b, err = unzip(b)
		}
	}
	if err != nil {
		return nil, err
	}
	v, err := document.ParseJSON(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o, ok := v.(*document.Object)
	if !ok {
		return nil, fmt.Errorf("%s: not an object", path)
	}
	return o, nil
}

func unzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// shapesOf returns the names of the shapes that occur in a part of the operations: "input" or "output".
func (m *awsModel) shapesOf(part string) map[string]bool {
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
	for name := range m.operations.All() {
		reach(object(object(m.operations, name), part))
	}
	return found
}

func objects(v any) []*document.Object {
	var all []*document.Object
	list, _ := v.([]any)
	for _, e := range list {
		if o, ok := e.(*document.Object); ok {
			all = append(all, o)
		}
	}
	return all
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

// has reports whether o has a member.
func has(o *document.Object, name string) bool {
	_, ok := o.Get(name)
	return ok
}

// serviceOf returns the name in the AWS CLI of the service whose models are in a folder.
func serviceOf(folder string) string {
	for _, pair := range renamed {
		if pair[1] == folder {
			return pair[0]
		}
	}
	return folder
}

// renamed lists the services that the AWS CLI calls by another name than the models.
var renamed = [...][2]string{{"s3api", "s3"}, {"deploy", "codedeploy"}, {"configservice", "config"}, {"agent-toolkit", "agenttoolkit"}}
