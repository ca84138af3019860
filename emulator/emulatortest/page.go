package emulatortest

import (
	"html"
	"net/url"
	"regexp"
)

// A page is what a person sees of one of the emulator's pages.
type page struct {
	id      string // of its main element
	message string
	action  string     // where its form goes
	fields  url.Values // of its form, with their values
}

// The pages are ours and regular; this reads them and no other HTML.
var (
	mainTag    = regexp.MustCompile(`<main id="(\w+)"`)
	messageTag = regexp.MustCompile(`(?s)id="message">(.*?)</p>`)
	formTag    = regexp.MustCompile(`(?s)<main.*?<form[^>]* action="([^"]*)"(.*?)</form>`)
	inputTag   = regexp.MustCompile(`<input [^>]*>`)
	nameAttr   = regexp.MustCompile(` name="([^"]*)"`)
	valueAttr  = regexp.MustCompile(` value="([^"]*)"`)
)

func pageOf(text string) page {
	p := page{id: group(mainTag, text, 1), message: html.UnescapeString(group(messageTag, text, 1)), fields: url.Values{}}
	p.action = html.UnescapeString(group(formTag, text, 1))
	for _, input := range inputTag.FindAllString(group(formTag, text, 2), -1) {
		p.fields.Set(html.UnescapeString(group(nameAttr, input, 1)), html.UnescapeString(group(valueAttr, input, 1)))
	}
	return p
}

// group returns the nth group of the first match, "" if there is none.
func group(re *regexp.Regexp, text string, n int) string {
	m := re.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[n]
}
