package emulator

import (
	"crypto/md5" // what S3 makes ETags of
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

const s3Time = "2006-01-02T15:04:05.000Z"

func invalidArgument(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "InvalidArgument", message: message}
}

// atMost reads how many entries a listing may have; most if it does not say.
func atMost(text string, least, most int) (int, *apiError) {
	if text == "" {
		return most, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, invalidArgument("Provided number of entries is not valid: " + text)
	}
	return min(n, most), nil
}

// listBuckets is the operation ListBuckets.
func (e *Emulator) listBuckets(c *call, s signer) response {
	type bucketXML struct {
		Name         string
		CreationDate string
		BucketRegion string `xml:",omitempty"`
	}
	var out struct {
		XMLName           xml.Name    `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Owner             string      `xml:"Owner>ID"`
		Buckets           []bucketXML `xml:"Buckets>Bucket"`
		ContinuationToken string      `xml:",omitempty"`
		Prefix            string      `xml:",omitempty"`
	}
	q := c.URL.Query()
	paged := q.Has("max-buckets") || q.Has("bucket-region") || q.Has("prefix") || q.Has("continuation-token")
	most, no := atMost(q.Get("max-buckets"), 1, 10_000)
	after, ok := e.seal.open(kindPage, q.Get("continuation-token"))
	switch {
	case no != nil:
		return failS3(c, no)
	case q.Has("continuation-token") && !ok:
		return failS3(c, invalidArgument("The continuation token provided is incorrect"))
	}
	out.Owner, out.Prefix = ownerID(s.Account), q.Get("prefix")
	for _, b := range e.dir.Load().owned[s.Account] {
		if b.Name <= after || !strings.HasPrefix(b.Name, q.Get("prefix")) || q.Has("bucket-region") && q.Get("bucket-region") != b.Region {
			continue
		}
		if len(out.Buckets) == most {
			out.ContinuationToken = e.seal.seal(kindPage, out.Buckets[most-1].Name)
			break
		}
		x := bucketXML{Name: b.Name, CreationDate: b.Created.UTC().Format(s3Time)}
		if paged { // otherwise S3 leaves it out
			x.BucketRegion = b.Region
		}
		out.Buckets = append(out.Buckets, x)
	}
	return s3Headers(c, xmlResponse(http.StatusOK, out))
}

// ownerID is the canonical user id of an account.
func ownerID(account string) string {
	return fmt.Sprintf("%x%x", md5.Sum([]byte("owner/"+account)), md5.Sum([]byte("id/"+account)))
}

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
	b := e.dir.Load().buckets[name]
	q := c.URL.Query()
	most, no := atMost(q.Get("max-keys"), 0, 1000)
	after, ok := e.seal.open(kindPage, q.Get("continuation-token"))
	switch {
	case b == nil:
		return failS3With(c, &apiError{status: http.StatusNotFound, code: "NoSuchBucket", message: "The specified bucket does not exist"}, "BucketName", name)
	case b.Account != s.Account:
		return failS3(c, &apiError{status: http.StatusForbidden, code: "AccessDenied", message: "Access Denied"})
	case no != nil:
		return failS3(c, no)
	case q.Has("continuation-token") && !ok:
		return failS3(c, invalidArgument("The continuation token provided is incorrect"))
	case q.Has("encoding-type") && q.Get("encoding-type") != "url":
		return failS3(c, invalidArgument("Invalid Encoding Method specified in Request"))
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
			continue
		}
		x := objectXML{
			Key: encode(en.name), LastModified: en.object.Modified.UTC().Format(s3Time), Size: en.object.Size,
			ETag: fmt.Sprintf(`"%x"`, md5.Sum([]byte(en.name))), StorageClass: "STANDARD",
		}
		if q.Get("fetch-owner") == "true" {
			x.Owner = &ownerXML{ownerID(b.Account)}
		}
		out.Contents = append(out.Contents, x)
	}
	if out.IsTruncated {
		out.NextContinuationToken = e.seal.seal(kindPage, last)
	}
	resp := s3Headers(c, xmlResponse(http.StatusOK, out))
	resp.header.Set("X-Amz-Bucket-Region", b.Region)
	return resp
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
