{{- define "nats.all" -}}
{{- $scope := dict "root" . "component" "server" -}}
{{- $name := include "library.fullname" . -}}
{{- $config := include "nats.config" . -}}
{{- if not (has (int .Values.replicas) (list 1 3 5)) -}}
{{- fail (printf "nats.replicas: expected 1, 3 or 5, is %d" (int .Values.replicas)) -}}
{{- end -}}
{{- if gt (int .Values.global.servers.nats.copies) (int .Values.replicas) -}}
{{- fail (printf "global.servers.nats.copies: expected at most nats.replicas (%d), is %d" (int .Values.replicas) (int .Values.global.servers.nats.copies)) -}}
{{- end -}}
{{ include "library.serviceAccount" . }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}
  labels: {{- include "library.labels" . | nindent 4 }}
data:
  nats-server.conf: |
    {{- $config | nindent 4 }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector: {{- include "library.selector" $scope | nindent 4 }}
  ports:
    - {name: nats, port: 4222, targetPort: nats, protocol: TCP}
    - {name: monitor, port: 8222, targetPort: monitor, protocol: TCP}
    {{- if .Values.global.mqtt.enabled }}
    - {name: mqtt, port: 1883, targetPort: mqtt, protocol: TCP}
    {{- end }}
---
# The servers among themselves: each by its own name, before it is ready.
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}-routes
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {{- include "library.selector" $scope | nindent 4 }}
  ports:
    - {name: routes, port: 6222, targetPort: routes, protocol: TCP}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $name }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  serviceName: {{ $name }}-routes
  # All at once: none has a quorum alone.
  podManagementPolicy: Parallel
  selector:
    matchLabels: {{- include "library.selector" $scope | nindent 6 }}
  template:
    metadata:
      labels: {{- include "library.serverLabels" $scope | nindent 8 }}
      annotations:
        checksum/config: {{ $config | sha256sum }}
        checksum/secrets: {{ .Values.global.secrets.revision | toString | sha256sum }}
    spec:
      serviceAccountName: {{ $name }}
      {{- include "library.podSecurity" . | nindent 6 }}
      {{- with include "library.scheduling" . }}
      {{- . | nindent 6 }}
      {{- end }}
      terminationGracePeriodSeconds: 60
      containers:
        - name: nats-server
          image: {{ include "library.serverImage" . }}
          imagePullPolicy: {{ .Values.global.image.pullPolicy }}
          command: [nats-server]
          args: [-c, /etc/nats/nats-server.conf]
          {{- include "library.containerSecurity" . | nindent 10 }}
          env:
            - name: POD_NAME
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
          ports:
            - {name: nats, containerPort: 4222}
            - {name: routes, containerPort: 6222}
            - {name: monitor, containerPort: 8222}
            {{- if .Values.global.mqtt.enabled }}
            - {name: mqtt, containerPort: 1883}
            {{- end }}
          startupProbe:
            # JetStream has recovered its streams.
            httpGet: {path: "/healthz?js-server-only=true", port: monitor}
            periodSeconds: 2
            timeoutSeconds: 5
            failureThreshold: 300
          readinessProbe:
            httpGet: {path: "/healthz?js-server-only=true", port: monitor}
            periodSeconds: 5
            timeoutSeconds: 5
            failureThreshold: 3
          livenessProbe:
            httpGet: {path: "/healthz?js-enabled-only=true", port: monitor}
            periodSeconds: 20
            timeoutSeconds: 5
            failureThreshold: 6
          {{- if gt (int .Values.replicas) 1 }}
          lifecycle:
            preStop:
              # Lame duck: clients go to the others, leaders step down, then it ends.
              exec: {command: [nats-server, "--signal=ldm=/tmp/nats.pid"]}
          {{- end }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
          volumeMounts:
            - {name: config, mountPath: /etc/nats, readOnly: true}
            - {name: data, mountPath: /data}
            - {name: tmp, mountPath: /tmp}
            {{- if .Values.tls.secret }}
            - {name: tls, mountPath: /run/greenwatch/tls, readOnly: true}
            {{- end }}
      volumes:
        - name: config
          projected:
            defaultMode: 0440
            sources:
              - configMap: {name: {{ $name }}}
              # Accounts, users and their subjects.
              - secret:
                  name: {{ include "library.secret" (dict "root" . "named" .Values.secrets.users "suffix" "nats") }}
                  items: [{key: users.conf, path: users.conf}]
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
        {{- with .Values.tls.secret }}
        - name: tls
          secret: {secretName: {{ . }}, defaultMode: 0440}
        {{- end }}
        {{- if not .Values.persistence.enabled }}
        - name: data
          emptyDir: {sizeLimit: {{ .Values.persistence.size }}}
        {{- end }}
      {{- include "library.spread" $scope | nindent 6 }}
  {{- if .Values.persistence.enabled }}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {{- include "library.claimSpec" (dict "root" . "claim" .Values.persistence) | nindent 8 }}
  {{- end }}
---
{{ include "library.disruptionBudget" $scope }}
---
{{- $ports := list
  (dict "port" 4222 "callers" .Values.network.callers)
  (dict "port" 6222 "callers" (list .Chart.Name))
  (dict "port" 8222 "callers" (list "test" "operations") "from" (concat .Values.global.network.monitoring .Values.network.monitorFrom))
}}
{{- if .Values.global.mqtt.enabled }}
{{- $ports = append $ports (dict "port" 1883 "from" .Values.network.mqttFrom) }}
{{- end }}
{{ include "library.serverPolicy" (dict "root" . "component" "server" "ports" $ports "egress" (include "nats.egress" .)) }}
{{- end }}

{{- define "nats.egress" -}}
{{ include "library.egressDns" . }}
- ports:
    - {protocol: TCP, port: 6222}
  to: {{- include "library.peer" (dict "root" . "name" .Chart.Name) | nindent 4 }}
{{- end }}

{{- define "nats.config" -}}
{{- $name := include "library.fullname" . -}}
server_name: $POD_NAME
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
pid_file: "/tmp/nats.pid"
# A grouped log message carries many packets.
max_payload: 8MB
lame_duck_duration: 30s
lame_duck_grace_period: 5s
jetstream {
  store_dir: "/data"
  sync_interval: {{ .Values.jetstream.syncInterval | quote }}
  max_file_store: {{ .Values.jetstream.maxFileStore }}
  max_memory_store: {{ .Values.jetstream.maxMemoryStore }}
}
{{- if gt (int .Values.replicas) 1 }}
cluster {
  name: {{ .Release.Name | quote }}
  listen: "0.0.0.0:6222"
  routes: [
    {{- range $i := until (int .Values.replicas) }}
    "nats://{{ $name }}-{{ $i }}.{{ $name }}-routes.{{ $.Release.Namespace }}.svc:6222"
    {{- end }}
  ]
  {{- include "nats.tls" (dict "root" . "verify" true) | nindent 2 }}
}
{{- end }}
{{- if .Values.global.mqtt.enabled }}
mqtt {
  listen: "0.0.0.0:1883"
  {{- include "nats.tls" (dict "root" .) | nindent 2 }}
}
{{- end }}
{{ include "nats.tls" (dict "root" .) }}
include users.conf
{{- end }}

{{/* Certificates of the server, from a Secret; the routes also ask who comes. */}}
{{- define "nats.tls" -}}
{{- if .root.Values.tls.secret -}}
tls {
  cert_file: "/run/greenwatch/tls/tls.crt"
  key_file: "/run/greenwatch/tls/tls.key"
  {{- if .verify }}
  ca_file: "/run/greenwatch/tls/ca.crt"
  verify: true
  {{- end }}
}
{{- end -}}
{{- end }}
