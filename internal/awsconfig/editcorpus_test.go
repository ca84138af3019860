package awsconfig_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// isBad reports whether the AWS CLI rejects a file of the corpus.
func isBad(name string) bool { return strings.HasPrefix(name, "bad-") }

func isCredentials(name string) bool { return filepath.Ext(name) == ".credentials" }

// target returns a change of the section with this kind and name. The caller sets key and
// value.
func target(what string) awsconfig.Change {
	kinds := map[string]awsconfig.Kind{
		"profile": awsconfig.Profile, "sso-session": awsconfig.SSOSession, "services": awsconfig.Services, "other": awsconfig.Other,
	}
	kind, name, _ := strings.Cut(what, " ")
	return awsconfig.Change{Kind: kinds[kind], Name: name}
}

// changesOf returns changes of every kind. They change each section and setting of the file,
// and sections that the file does not have.
func changesOf(r *reading, credentials bool) (list []awsconfig.Change) {
	add := func(ch awsconfig.Change, key, sub, value string, remove bool) {
		ch.Key, ch.Sub, ch.Value, ch.Remove = key, sub, value, remove
		list = append(list, ch)
	}
	add(target("profile お客様 1"), "region", "", "xx-test-1", false)
	add(target("profile absent"), "region", "", "", true)
	if !credentials {
		add(target("sso-session brand-new"), "sso_region", "", "xx-test-1", false)
		add(target("services brand-new"), "s3", "endpoint_url", "http://127.0.0.1:9/x=y", false)
	}
	seen := map[string]bool{}
	for _, s := range r.sections {
		what := meaning(s.header, credentials)
		if what == "" || seen[what] {
			continue
		}
		seen[what] = true
		ch := target(what)
		add(ch, "brand_new", "", "value # of its own", false)
		add(ch, "Brand_New", "", "", false)
		add(ch, "brand_new_block", "Key", "[v]", false)
		add(ch, "brand_new", "", "", true)
		add(ch, "brand_new", "sub", "", true)
		for _, o := range r.section(what, credentials).options {
			add(ch, o.key, "", "", true)
			pairs, _ := o.nested()
			for _, p := range pairs {
				add(ch, o.key, p[0], "other; value", false)
				add(ch, o.key, p[0], p[1], false)
				add(ch, strings.ToUpper(o.key), p[0], "", false)
				add(ch, o.key, p[0], "", true)
			}
			if pairs != nil {
				add(ch, o.key, "brand_new", "value", false)
				add(ch, o.key, "brand_new", "", true)
				continue
			}
			add(ch, o.key, "", "other = value", false)
			add(ch, strings.ToUpper(o.key), "", "OTHER", false)
			add(ch, o.key, "", "", false)
			if !strings.Contains(o.value(), "\n") {
				add(ch, o.key, "", o.value(), false)
			}
			if o.value() == "" {
				add(ch, o.key, "first", "value", false)
			}
		}
	}
	return list
}

// refusals lists valid files for which Edit refuses some changes. Each value is a part of the
// error message.
var refusals = map[string]string{
	"form-feed-in-block.config":       "shares its line with another setting",
	"keys-open-bracket.config":        `it begins with [`,
	"nested-header-like-lines.config": `it begins with [`,
	"inherited-block.config":          "is inherited from [DEFAULT]; a block in this section would replace all of it",
	"inherited-one-line-block.config": "is inherited from [DEFAULT]; a block in this section would replace all of it",
}

func TestEditCorpus(t *testing.T) {
	done, files := 0, 0
	for name, content := range corpus(t) {
		r, err := read(content)
		if err != nil {
			continue
		}
		files++
		t.Run(name, func(t *testing.T) {
			changes := changesOf(r, isCredentials(name))
			if len(content) > 30_000 {
				changes = changes[:12] // more changes of a large file only take time
			}
			for _, ch := range changes {
				_, err := awsconfig.Edit(name, []byte(content), isCredentials(name), ch)
				if why := refusals[name]; err != nil && (why == "" || !strings.Contains(err.Error(), why)) {
					t.Errorf("%+v: %v, want success, or %q", ch, err, why)
					continue
				}
				checkEdit(t, content, isCredentials(name), ch)
				done++
			}
		})
	}
	t.Logf("%d changes of %d files", done, files)
}
