{{/*
Groups of one file of rules/ as a dict: without the alerts that are not wanted, with the runbooks' address. The files are read as they
are, since `{{ $labels… }}` in them is for Prometheus. Takes (dict "root" "path").
*/}}
{{- define "watching.groups" -}}
{{- $values := .root.Values -}}
{{- $text := .root.Files.Get .path | replace "docs/runbooks/" (printf "%s/" $values.runbooks.url) -}}
{{- $groups := list -}}
{{- range $group := (fromYaml $text).groups -}}
{{- $rules := list -}}
{{- range $rule := $group.rules -}}
{{- if not (has (get $rule "alert") $values.rules.disabled) -}}
{{- $rules = append $rules $rule -}}
{{- end -}}
{{- end -}}
{{- if $rules -}}
{{- $groups = append $groups (set $group "rules" $rules) -}}
{{- end -}}
{{- end -}}
{{- dict "groups" $groups | toYaml -}}
{{- end }}

{{/* Names of the files that are wanted. */}}
{{- define "watching.files" -}}
{{- $root := . -}}
{{- range $path, $_ := .Files.Glob "rules/*.yaml" }}
{{- if or $root.Values.rules.kubernetes (ne (base $path) "kubernetes.yaml") }}
- {{ $path }}
{{- end }}
{{- end }}
{{- end }}
