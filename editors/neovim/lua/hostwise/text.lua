-- The answers of the server as lines of text. A line may have a location: where <CR> goes.
local M = {}

---@class hostwise.Page
---@field lines string[]
---@field locations table<integer, table> one-based line -> Location of the protocol

---@return hostwise.Page
local function new_page()
  return { lines = {}, locations = {} }
end

local function add(page, line, location)
  page.lines[#page.lines + 1] = line
  -- null arrives as vim.NIL.
  if type(location) == 'table' then page.locations[#page.lines] = location end
end

local function release(kubespray)
  if type(kubespray) ~= 'table' then return nil end
  return ('Kubespray %s (%s)'):format(kubespray.version, kubespray.source)
end

local function plural(n, word)
  return n == 1 and ('1 ' .. word) or ('%d %ss'):format(n, word)
end

---Names in one line as long as they fit, the number of the others behind them.
local function few(names, limit)
  if #names <= limit then return table.concat(names, ', ') end
  return table.concat(names, ', ', 1, limit) .. (' and %d more'):format(#names - limit)
end

local function first_location(component)
  for _, because in ipairs(component.because) do
    if type(because.location) == 'table' then return because.location end
  end
end

---Components of one state, those with the same reason in one line.
local function components(page, indent, sign, list, state)
  local order, by = {}, {}
  for _, component in ipairs(list) do
    if component.state == state then
      local known = by[component.reason]
      if not known then
        known = { names = {}, location = first_location(component) }
        by[component.reason] = known
        order[#order + 1] = component.reason
      end
      known.names[#known.names + 1] = component.name
    end
  end
  for _, reason in ipairs(order) do
    add(page, ('%s%s %s: %s'):format(indent, sign, table.concat(by[reason].names, ', '), reason), by[reason].location)
  end
end

local function findings(page, indent, list)
  for _, finding in ipairs(list) do
    add(page, ('%s! %s [%s]'):format(indent, finding.message, finding.code), finding.location)
  end
end

local BALANCERS = {
  external = 'in front of the API servers',
  ['kube-vip'] = 'a virtual address on the control planes, by kube-vip',
  ['local'] = 'on every node, in front of the API servers',
  none = 'nothing stands before the API servers',
  unknown = 'depends on something that no file says',
}

local function balancer(page, known)
  if type(known) ~= 'table' then return end
  local name = type(known.address) == 'string' and known.address or type(known.program) == 'string' and known.program or known.kind
  add(page, ('Load balancer: %s, %s'):format(name, BALANCERS[known.kind]), known.location)
  add(page, '')
end

---The answer to hostwise/topology.
---@return hostwise.Page
function M.topology(answer)
  local page = new_page()
  for _, inventory in ipairs(answer.inventories) do
    local head = { plural(inventory.hosts, 'host') }
    local known = release(inventory.kubespray)
    if known then vim.list_extend(head, { inventory.layout .. ' layout', known }) end
    local source = inventory.sources[1]
    add(page, source and vim.fn.fnamemodify(vim.uri_to_fname(source), ':~:.') or 'inventory')
    add(page, table.concat(head, ', '))
    add(page, '')
    balancer(page, inventory.loadBalancer)
    for _, profile in ipairs(inventory.profiles) do
      local role = profile.roles[1] == 'bastion' and 'bastion' or profile.role
      add(page, ('%s: %s'):format(role, plural(#profile.hosts, 'host')))
      for _, host in ipairs(profile.hosts) do
        add(page, '  ' .. host.name, host.location)
        findings(page, '    ', host.findings)
      end
      if #profile.roles > 0 and profile.roles[1] ~= 'bastion' then
        components(page, '    ', '+', profile.components, 'installed')
        components(page, '    ', '-', profile.components, 'not-installed')
        components(page, '    ', '?', profile.components, 'unknown')
      end
      add(page, '')
    end
    findings(page, '', inventory.findings)
  end
  if #page.lines == 0 then add(page, 'No inventory yet: open one, or a folder in which group_vars stands beside one.') end
  return page
end

local function value_of(value)
  return type(value) == 'string' and value or vim.json.encode(value)
end

local function origin(page, words, from)
  local group = type(from.group) == 'string' and (' of ' .. from.group) or ''
  local kind = from.kind .. group
  if type(from.location) == 'table' then
    local path = vim.fn.fnamemodify(vim.uri_to_fname(from.location.uri), ':~:.')
    add(page, ('%s %s:%d (%s)'):format(words, path, from.location.range.start.line + 1, kind), from.location)
  else
    add(page, ('%s %s'):format(words, kind))
  end
end

local function variable(page, known)
  local value = known.known and value_of(known.rendered) or tostring(known.unknown)
  add(page, ('%s = %s'):format(known.variable, value))
  origin(page, '  from', known.origin)
  local beats = vim.list_slice(known.overridden)
  if type(known.default) == 'table' then beats[#beats + 1] = known.default end
  for _, beaten in ipairs(beats) do
    origin(page, ('  beats %s,'):format(value_of(beaten.value)), beaten.origin)
  end
end

local function host_head(page, host)
  local known = release(host.kubespray)
  add(page, known and ('%s: %s in %s layout'):format(host.host, host.role, host.layout) or host.host)
  add(page, 'Groups: ' .. few(host.groups, 20))
  if known then add(page, known) end
end

---The answer to hostwise/explain, for a host, a component or a variable.
---@return hostwise.Page
function M.explanation(answer)
  local page = new_page()
  if answer.variable then
    variable(page, answer)
    return page
  end
  host_head(page, answer)
  for _, state in ipairs({ { 'installed', 'Installed', '+' }, { 'not-installed', 'Not installed', '-' }, { 'unknown', 'Not known', '?' } }) do
    local before = #page.lines
    add(page, '')
    add(page, state[2])
    components(page, '  ', state[3], answer.components, state[1])
    if #page.lines == before + 2 then
      page.lines[#page.lines], page.lines[#page.lines - 1] = nil, nil
    end
  end
  if #answer.components == 1 then
    add(page, '')
    for _, because in ipairs(answer.components[1].because) do
      add(page, ('  %s: %s'):format(because.name, because.value), because.location)
    end
  end
  return page
end

---Whether the inventory says something of a variable; else it is the release's alone.
local function is_set(known)
  return #known.overridden > 0 or not vim.tbl_contains({ 'kubespray-default', 'role-vars' }, known.origin.kind)
end

---The answer to hostwise/effectiveVariables: what the inventory sets, without the defaults of the release.
---@return hostwise.Page
function M.variables(answer)
  local page = new_page()
  host_head(page, answer.host)
  add(page, '')
  for _, known in ipairs(answer.variables) do
    if is_set(known) then variable(page, known) end
  end
  return page
end

---The answer to hostwise/compareHosts: what differs, or may differ.
---@return hostwise.Page
function M.difference(answer)
  local page = new_page()
  host_head(page, answer.left)
  host_head(page, answer.right)
  for _, compared in ipairs(answer.variables) do
    if compared.differs ~= false then
      add(page, '')
      add(page, compared.name .. (compared.differs == true and '' or ': not known whether it differs'))
      for _, side in ipairs({ { answer.left.host, compared.left }, { answer.right.host, compared.right } }) do
        local known = side[2]
        if type(known) == 'table' then
          add(page, ('  %s = %s'):format(side[1], known.known and value_of(known.rendered) or tostring(known.unknown)))
          origin(page, '    from', known.origin)
        else
          add(page, ('  %s: not set'):format(side[1]))
        end
      end
    end
  end
  return page
end

return M
