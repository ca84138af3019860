package emulator

import (
	"crypto/md5" // what S3 makes ETags of
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

type (
	objectXML struct {
		Key          string
		LastModified string
		ETag         string
		Size         int64
		StorageClass string
		Owner        *ownerXML
	}
	ownerXML       struct{ ID string }
	prefixXML      struct{ Prefix string }
	objectsListing struct {
		XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
		Name                  string
		Prefix                string
		Delimiter             string `xml:",omitempty"`
		StartAfter            string `xml:",omitempty"`
		ContinuationToken     string `xml:",omitempty"`
		KeyCount, MaxKeys     int
		EncodingType          string `xml:",omitempty"`
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []objectXML
		CommonPrefixes        []prefixXML
	}
)

// listObjects is the operation ListObjectsV2.
func (e *Emulator) listObjects(c *call, s signer) response {
	name, _ := bucketOf(c)
	q := c.URL.Query()
	b, most, after, no := e.listed(name, q, s)
	switch {
	case no != nil && no.code == "NoSuchBucket":
		return failS3With(c, no, "BucketName", name)
	case no != nil:
		return failS3(c, no)
	}
	encode := func(s string) string { return s }
	if q.Get("encoding-type") == "url" {
		encode = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	}
	out := objectsListing{
		Name: name, Prefix: encode(q.Get("prefix")), Delimiter: encode(q.Get("delimiter")), StartAfter: encode(q.Get("start-after")),
		ContinuationToken: q.Get("continuation-token"), MaxKeys: most, EncodingType: q.Get("encoding-type"),
	}
	last := ""
	for en := range entries(b.Objects, q.Get("prefix"), q.Get("delimiter"), max(after, q.Get("start-after"))) {
		if out.KeyCount == most {
			out.IsTruncated = most > 0
			break
		}
		out.KeyCount++
		last = en.name
		if en.object == nil {
			out.CommonPrefixes = append(out.CommonPrefixes, prefixXML{encode(en.name)})
		} else {
			out.Contents = append(out.Contents, newObjectXML(en, encode, q.Get("fetch-owner") == "true", b.Account))
		}
	}
	if out.IsTruncated {
		out.NextContinuationToken = e.seal.seal(kindPage, last)
	}
	resp := s3Headers(c, xmlResponse(http.StatusOK, out))
	resp.header.Set("X-Amz-Bucket-Region", b.Region)
	return resp
}

// listed checks what a listing is asked for: the bucket, how many entries, and
// after which one.
func (e *Emulator) listed(name string, q url.Values, s signer) (b *Bucket, most int, after string, no *apiError) {
	b = e.dir.Load().buckets[name]
	most, no = atMost(q.Get("max-keys"), 0, 1000)
	after, ok := e.seal.open(kindPage, q.Get("continuation-token"))
	switch {
	case b == nil:
		no = &apiError{status: http.StatusNotFound, code: "NoSuchBucket", message: "The specified bucket does not exist"}
	case b.Account != s.Account:
		no = &apiError{status: http.StatusForbidden, code: "AccessDenied", message: "Access Denied"}
	case no != nil:
	case q.Has("continuation-token") && !ok:
		no = invalidArgument("The continuation token provided is incorrect")
	case q.Has("encoding-type") && q.Get("encoding-type") != "url":
		no = invalidArgument("Invalid Encoding Method specified in Request")
	}
	return b, most, after, no
}

func newObjectXML(en entry, encode func(string) string, owner bool, account string) objectXML {
	x := objectXML{
		Key: encode(en.name), LastModified: en.object.Modified.UTC().Format(s3Time), Size: en.object.Size,
		ETag: fmt.Sprintf(`"%x"`, md5.Sum([]byte(en.name))), StorageClass: "STANDARD",
	}
	if owner {
		x.Owner = &ownerXML{ownerID(account)}
	}
	return x
}

// An entry of a listing is an object, or what several share up to the delimiter.
type entry struct {
	name   string
	object *Object // nil for a common prefix
}

// entries yields what a listing shows of the sorted objects after the given
// name. It skips from one common prefix to the next without looking at what lies
// below it.
func entries(objects []Object, prefix, delimiter, after string) func(yield func(entry) bool) {
	// from is the index of the first object for which past is true.
	from := func(past func(key string) bool) int {
		return sort.Search(len(objects), func(i int) bool { return past(objects[i].Key) })
	}
	beyond := func(stem string) int {
		return from(func(key string) bool { return key > stem && !strings.HasPrefix(key, stem) })
	}
	return func(yield func(entry) bool) {
		i := from(func(key string) bool { return key >= prefix && key > after })
		if delimiter != "" && after != "" && strings.HasSuffix(after, delimiter) && strings.HasPrefix(after, prefix) {
			i = max(i, beyond(after)) // the page before ended with this prefix
		}
		for i < len(objects) && strings.HasPrefix(objects[i].Key, prefix) {
			rest := objects[i].Key[len(prefix):]
			stem, _, shared := strings.Cut(rest, delimiter)
			if delimiter == "" || !shared {
				if !yield(entry{objects[i].Key, &objects[i]}) {
					return
				}
				i++
				continue
			}
			stem = prefix + stem + delimiter
			if !yield(entry{stem, nil}) {
				return
			}
			i = beyond(stem)
		}
	}
}
