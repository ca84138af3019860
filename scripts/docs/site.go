// The files of the site.

package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed web
var web embed.FS

// writeSite writes the site of a repository to a folder, and returns the number of its pages. An
// error names each broken link.
func writeSite(root fs.FS, dir string) (int, error) {
	groups := navigation()
	manual, err := pages()
	if err != nil {
		return 0, err
	}
	articles, err := ownArticles(root, groups, fileNames(manual))
	if err != nil {
		return 0, err
	}
	help := helpArticles(manual)
	files, err := render(groups, articles, help)
	if err != nil {
		return 0, err
	}
	pictures, err := fs.Glob(root, "docs/images/*")
	if err != nil {
		return 0, err
	}
	for _, name := range pictures {
		if files["images/"+filepath.Base(name)], err = fs.ReadFile(root, name); err != nil {
			return 0, err
		}
	}
	if err := checkLinks(files); err != nil {
		return 0, err
	}
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return 0, err
		}
	}
	return len(articles) + len(help), nil
}

// ownArticles returns an article for each page of the navigation. A page of docs/ that is in no
// group is an error.
func ownArticles(root fs.FS, groups []group, help helpFiles) ([]article, error) {
	c := converter{root: root, files: map[string]bool{}, help: help}
	for _, g := range groups {
		for _, s := range g.pages {
			c.files[s.file] = true
		}
	}
	found, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		return nil, err
	}
	for _, file := range found {
		if !c.files[file] {
			return nil, fmt.Errorf("%s is in no group: add it to scripts/docs/nav.go", file)
		}
	}
	var articles []article
	var failed []error
	for _, g := range groups {
		for _, s := range g.pages {
			a, err := c.convert(s)
			failed = append(failed, err)
			articles = append(articles, a)
		}
	}
	return articles, errors.Join(failed...)
}

// A link is an entry of the navigation.
type link struct {
	File, Label string
	Here        bool
}

// A menu is a group of the navigation on a page.
type menu struct {
	Title string
	Links []link
}

// A heading is an entry in the list of headings of a page.
type heading struct {
	ID, Title string
}

// render returns the files of the site by name.
func render(groups []group, articles, help []article) (map[string][]byte, error) {
	page, err := template.ParseFS(web, "web/page.html")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	all := slices.Concat(articles, help)
	for _, a := range all {
		if files[a.file] != nil {
			return nil, fmt.Errorf("two pages have the name %s", a.file)
		}
		var headings []heading
		for _, s := range a.sections {
			if s.level == 2 {
				headings = append(headings, heading{s.id, s.title})
			}
		}
		var b bytes.Buffer
		err := page.Execute(&b, struct {
			Title    string
			Body     template.HTML
			Menus    []menu
			Headings []heading
		}{a.title, a.body, menus(groups, a), headings})
		if err != nil {
			return nil, err
		}
		files[a.file] = b.Bytes()
	}
	if files["search-index.js"], err = searchIndex(all); err != nil {
		return nil, err
	}
	for _, name := range []string{"style.css", "search.js"} {
		if files[name], err = web.ReadFile("web/" + name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// menus returns the navigation for a page.
func menus(groups []group, here article) []menu {
	var all []menu
	isHelp := strings.HasPrefix(here.file, "lanyard") || here.file == "reference.html"
	for _, g := range groups {
		m := menu{Title: g.title}
		for _, s := range g.pages {
			file := siteName(s.file)
			m.Links = append(m.Links, link{file, s.label, file == here.file})
		}
		if g.title == reference {
			m.Links = append(m.Links, link{"reference.html", "Help of each command", isHelp})
		}
		all = append(all, m)
	}
	return all
}

// searchIndex returns a script that defines the sections of all pages. A page that is opened as a
// file can read a script, but not a JSON file.
func searchIndex(all []article) ([]byte, error) {
	type entry struct {
		Page  string `json:"p"`
		Title string `json:"t"`
		URL   string `json:"u"`
		Text  string `json:"x"`
	}
	var entries []entry
	for _, a := range all {
		for i, s := range a.sections {
			e := entry{Page: a.title, Title: s.title, URL: a.file + "#" + s.id, Text: s.text}
			if i == 0 {
				e.URL = a.file
			}
			entries = append(entries, e)
		}
	}
	data, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte("window.searchIndex = "), data, []byte(";\n")), nil
}
