{{/*
Who may connect to a service, and to whom it may: by name on both sides, nothing else (the umbrella denies the rest).
charts/README.md has the table. Takes (dict "root" "facts" "component").
*/}}
{{- define "library.networkPolicy" -}}
{{- $root := .root -}}
{{- $facts := .facts -}}
{{- $network := $root.Values.network -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "library.fullname" $root }}
  labels: {{- include "library.labels" $root | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "library.everyPod" $root | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- range $port, $callers := $facts.callers }}
    - from:
        {{- range $callers }}
        {{- include "library.peer" (dict "root" $root "name" .) | nindent 8 }}
        {{- end }}
      ports:
        - {protocol: TCP, port: {{ index $facts.ports $port }}}
    {{- end }}
    {{- range $port := $facts.open }}
    - ports:
        - {protocol: TCP, port: {{ index $facts.ports $port }}}
      {{- with $network.from }}
      from: {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    - from:
        {{- include "library.peer" (dict "root" $root "name" "test") | nindent 8 }}
        {{- with $root.Values.global.network.monitoring }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - {protocol: TCP, port: 8080}
  egress:
    {{- include "library.egress" . | nindent 4 }}
{{- end }}

{{/* What a pod of ours may reach. Takes (dict "root" "facts"). */}}
{{- define "library.egress" -}}
{{- $root := .root -}}
{{- $global := $root.Values.global -}}
{{- include "library.egressDns" $root }}
{{- range $server := .facts.servers | default (list "mongodb" "nats" "valkey") }}
{{- $at := index $global.servers $server }}
{{- if $at.builtIn }}
- to:
    {{- include "library.peer" (dict "root" $root "name" $server) | nindent 4 }}
  ports:
    - {protocol: TCP, port: {{ get (dict "mongodb" 27017 "nats" 4222 "valkey" 6379) $server }}}
{{- else }}
- ports:
    - {protocol: TCP, port: {{ $at.port }}}
  {{- with $at.peers }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- range $call := .facts.calls }}
- to:
    {{- include "library.peer" (dict "root" $root "name" $call) | nindent 4 }}
  ports:
    - {protocol: TCP, port: 9090}
{{- end }}
{{- with $global.otlp.endpoint }}
- ports:
    - {protocol: TCP, port: {{ regexFind "[0-9]+$" . }}}
  {{- with $global.otlp.peers }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- range $root.Values.network.to }}
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with .peers }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "library.egressDns" -}}
- to: {{- toYaml .Values.global.network.dns | nindent 4 }}
  ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end }}

{{/* Pods of this chart, whatever they are for: a migration reaches what its service does. */}}
{{- define "library.everyPod" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "library.peer" -}}
- podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ .name }}
      app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}
