/// Settings of the YAML language server, as its extensions give them.
export const yamlSettings = (settings = {}) => ({ section }) => {
  if (section !== "yaml") return null;
  return { validate: true, hover: true, completion: true, schemaStore: { enable: false }, ...settings };
};
