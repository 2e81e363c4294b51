{{/* Names and labels. All take the root context of the chart that calls. */}}

{{- define "library.fullname" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Labels of an object. */}}
{{- define "library.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: greenwatch
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Labels of a pod; component tells what serves (`service`) from what runs once (`migration`). Takes (dict "root" "component"). */}}
{{- define "library.podLabels" -}}
{{ include "library.selector" . }}
app.kubernetes.io/part-of: greenwatch
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end }}

{{/* Labels of a server's pod: without the version of the chart, so that another one does not start it anew. */}}
{{- define "library.serverLabels" -}}
{{ include "library.selector" . }}
app.kubernetes.io/part-of: greenwatch
{{- end }}

{{/* By what a Deployment, Service or budget knows its pods; never changes. Takes (dict "root" "component"). */}}
{{- define "library.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* What the chart's own service.yaml says of the code: ports, who calls it, whom it calls (charts/README.md). */}}
{{- define "library.facts" -}}
{{- .Files.Get "service.yaml" -}}
{{- end }}

{{/* registry/repository:tag, or @digest. */}}
{{- define "library.image" -}}
{{- $image := .Values.image -}}
{{- $global := .Values.global.image -}}
{{- with $global.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default $global.tag | default .Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* The image of a server has a tag of its own: a release of ours leaves it running. */}}
{{- define "library.serverImage" -}}
{{- with .Values.global.image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag }}{{ end -}}
{{- end -}}
{{- end }}

{{/* Name of a Secret that this release refers to. Takes (dict "root" "named" "suffix"): the name that values give, or release-suffix. */}}
{{- define "library.secret" -}}
{{- .named | default (printf "%s-%s" .root.Release.Name .suffix) -}}
{{- end }}

{{/* A value as the text of an environment variable: Helm reads every number as a float, 52428800 would become 5.24288e+07. */}}
{{- define "library.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . }}{{ printf "%.0f" . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{ . }}
{{- end -}}
{{- end }}
