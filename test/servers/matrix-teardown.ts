export { matrixTeardown as default } from './matrix-setup'
