{{/* Parts of the charts of servers (mongodb, nats, valkey) and of programs beside the services (demo, operations). */}}

{{/* Claim of a volume: of a StorageClass, or of a volume that is there. Takes (dict "root" "claim" values). */}}
{{- define "library.claimSpec" -}}
{{- $claim := .claim -}}
accessModes: [ReadWriteOnce]
{{- if ne (toString $claim.storageClass) "default" }}
storageClassName: {{ $claim.storageClass | quote }}
{{- end }}
{{- with $claim.volumeName }}
volumeName: {{ . }}
{{- end }}
{{- with $claim.selector }}
selector: {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  requests:
    storage: {{ $claim.size }}
{{- end }}

{{/* A NetworkPolicy by ports: [{port, callers: names, from: peers}]; neither: everybody. Takes (dict "root" "component" "ports" "egress" text). */}}
{{- define "library.serverPolicy" -}}
{{- $root := .root -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name | default (include "library.fullname" $root) }}
  labels: {{- include "library.labels" $root | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "library.everyPod" $root | nindent 6 }}
      {{- with .component }}
      app.kubernetes.io/component: {{ . }}
      {{- end }}
  policyTypes: [Ingress, Egress]
  {{- if .ports }}
  ingress:
    {{- range .ports }}
    - ports:
        - {protocol: TCP, port: {{ .port }}}
      {{- if or .callers .from }}
      from:
        {{- range .callers }}
        {{- include "library.peer" (dict "root" $root "name" .) | nindent 8 }}
        {{- end }}
        {{- with .from }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
    {{- end }}
  {{- else }}
  ingress: []
  {{- end }}
  {{- if .egress }}
  egress: {{- .egress | nindent 4 }}
  {{- else }}
  egress: []
  {{- end }}
{{- end }}
