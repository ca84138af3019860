// The check of links.

package main

import (
	"errors"
	"fmt"
	"html"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	linkAttribute = regexp.MustCompile(`\s(href|src|srcset)="([^"]*)"`)
	idAttribute   = regexp.MustCompile(`\sid="([^"]*)"`)
)

// checkLinks checks that each link of the site goes to a file of the site and to an anchor in it,
// and that pages load nothing from elsewhere. It does not open links to other sites.
func checkLinks(files map[string][]byte) error {
	ids := map[string]map[string]bool{}
	var broken []error
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(name string) bool { return path.Ext(name) != ".html" })
	for _, name := range names {
		ids[name] = map[string]bool{}
		for _, m := range idAttribute.FindAllSubmatch(files[name], -1) {
			id := html.UnescapeString(string(m[1]))
			if ids[name][id] {
				broken = append(broken, fmt.Errorf("%s: two elements have the id %s", name, id))
			}
			ids[name][id] = true
		}
	}
	for _, name := range names {
		for _, m := range linkAttribute.FindAllSubmatch(files[name], -1) {
			to := html.UnescapeString(string(m[2]))
			if strings.HasPrefix(to, "https://") && string(m[1]) == "href" {
				continue
			}
			file, anchor, hasAnchor := strings.Cut(to, "#")
			if file == "" {
				file = name
			}
			switch {
			case files[file] == nil:
				broken = append(broken, fmt.Errorf("%s: the link %s goes to no file of the site", name, to))
			case hasAnchor && !ids[file][anchor]:
				broken = append(broken, fmt.Errorf("%s: the link %s goes to no heading", name, to))
			}
		}
	}
	return errors.Join(broken...)
}
