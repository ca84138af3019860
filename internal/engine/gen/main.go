// Gen writes the tables of package model from AWS's public API models.
//
// It reads the models from the module github.com/aws/aws-sdk-go. The go command downloads the
// module; the program does not depend on it. The models in the module are old. The file
// newer.json has the differences to newer models, mainly the order of members in output, and gen
// applies them. The flag -newer writes newer.json from the data folder of an installed botocore:
//
//	go run ./internal/engine/gen -dir internal/engine/model \
//		-newer "$(python3 -c 'import botocore; print(botocore.__path__[0])')/data"
package main

import (
	"bufio"
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	newer := flag.String("newer", "", "write newer.json from this `folder` of models")
	dir := flag.String("dir", ".", "the `folder` of package model")
	flag.Parse()
	if err := run(context.Background(), *dir, *newer); err != nil {
		fmt.Fprintf(os.Stderr, "gen: %v\n", err)
		os.Exit(1) //nolint:forbidigo // this is a separate program
	}
}

func run(ctx context.Context, dir, newerModels string) error {
	list, err := readList(filepath.Join(dir, "operations.txt"))
	if err != nil {
		return err
	}
	module, err := locateModule(ctx)
	if err != nil {
		return err
	}
	overlay := filepath.Join(dir, "..", "gen", "newer.json")
	if newerModels != "" {
		text, err := compareModels(module, newerModels, list)
		if err != nil {
			return err
		}
		if err := os.WriteFile(overlay, text, 0o644); err != nil {
			return err
		}
	}
	files, err := generate(module, overlay, list)
	if err != nil {
		return err
	}
	tables := filepath.Join(dir, "tables")
	old, err := filepath.Glob(filepath.Join(tables, "*.txt"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, ok := files[filepath.Base(path)]; !ok {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(tables, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the tables by file name.
func generate(module, overlay string, list []listedService) (map[string][]byte, error) {
	newer, err := readJSON(overlay)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, l := range list {
		m, err := readModule(module, l.model())
		if err != nil {
			return nil, err
		}
		m.overlay(object(newer, l.model()))
		if files[l.service+".txt"], err = table(l, m); err != nil {
			return nil, fmt.Errorf("service %s: %w", l.service, err)
		}
	}
	files["endpoints.txt"], err = endpoints(module, newer, list)
	return files, err
}

// A listedService is a service in operations.txt.
type listedService struct {
	service    string
	operations []string
}

// model returns the name of the folder with the models of the service.
func (l listedService) model() string {
	switch l.service {
	case "s3api":
		return "s3"
	case "deploy":
		return "codedeploy"
	case "configservice":
		return "config"
	}
	return l.service
}

func readList(path string) ([]listedService, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	services := make(map[string][]string)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if line, _, _ := strings.Cut(lines.Text(), "#"); strings.TrimSpace(line) != "" {
			service, operation, _ := strings.Cut(strings.TrimSpace(line), " ")
			services[service] = append(services[service], operation)
		}
	}
	var list []listedService
	for service, operations := range services {
		slices.Sort(operations)
		list = append(list, listedService{service, slices.Compact(operations)})
	}
	slices.SortFunc(list, func(a, b listedService) int { return cmp.Compare(a.service, b.service) })
	return list, lines.Err()
}
